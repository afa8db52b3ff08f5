"""TLS contexts, each made once for its settings, and anew when a file of theirs was renewed."""

from __future__ import annotations

import logging
import os
import ssl
from dataclasses import dataclass
from typing import TypeAlias

from monitor.probers.settings import Trust
from monitor.probers.wire.sockets import WatchedTLS
from monitor.probers.wire.trust import UnusableTrust, verifying

Stamp: TypeAlias = tuple[int, int, int] | None  # when a file was written, its size, its inode; None: it is not there

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """A context, and the files as they were when it was made."""

    context: ssl.SSLContext
    stamps: tuple[Stamp, ...]


class Contexts:
    """Those of one network.

    Args:
        cafile: authorities to trust instead of the system's.
    """

    def __init__(self, cafile: str | None) -> None:
        self._cafile = cafile
        self._made: dict[tuple[Trust, bool], Made] = {}

    def context(self, trust: Trust, *, http: bool = True) -> ssl.SSLContext:
        """The one context for these settings; the one before where renewed files cannot be used, or not yet.

        Args:
            http: say in the handshake that HTTP is spoken; servers of something else may refuse that.

        Raises:
            UnusableTrust: a file of theirs cannot be used, and never could.
        """
        known, stamps = self._made.get((trust, http)), _stamps(trust)
        if known is not None and known.stamps == stamps:
            return known.context
        try:
            context = _watched(verifying(trust, self._cafile), http=http)
        except UnusableTrust as error:
            if known is None:
                raise
            log.warning("%s; it is used as it was before", error)
            context = known.context
        self._made[trust, http] = Made(context, stamps)
        return context


def _stamps(trust: Trust) -> tuple[Stamp, ...]:
    files = (trust.ca_file, trust.certificate_file, trust.key_file)
    return tuple(_stamp(file) for file in files if file is not None)


def _stamp(file: str) -> Stamp:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _watched(context: ssl.SSLContext, *, http: bool) -> ssl.SSLContext:
    if http:
        context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = WatchedTLS
    return context
