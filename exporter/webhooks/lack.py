"""What we lack ourselves, which says nothing of whom we wanted to reach."""

from __future__ import annotations

import errno
import socket

OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})


def lack(error: BaseException | None = None) -> int | None:
    """The errno of what keeps us from opening a socket: as the error says or, where it says nothing, just now."""
    code = getattr(error, "errno", None)
    if code in OURS:
        return int(code)
    try:
        socket.socket().close()
    except OSError as refusal:
        return refusal.errno
    return None
