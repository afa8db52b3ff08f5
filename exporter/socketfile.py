"""The file of a Unix socket, which nobody but its owner may ever open."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

CONTROL_SOCKET = "control.sock"  # in the directory in which everything is remembered
LONGEST_PATH = 107  # bytes, on Linux


class NoSocketFile(Exception):
    """There cannot be such a file; the text says why, and what to do."""


def check_length(path: Path) -> None:
    """Nobody can make or open a socket whose path is too long.

    Raises:
        NoSocketFile: with a sentence that says so.
    """
    length = len(os.fsencode(path))
    if length > LONGEST_PATH:
        raise NoSocketFile(
            f"{path} is {length} bytes long, a socket's path at most {LONGEST_PATH}: choose a shorter one"
        )


def bound_socket(path: Path) -> socket.socket:
    """A socket bound to the path, mode 0600, in place of one that a daemon before us left there.

    Raises:
        NoSocketFile: with a sentence that says why not.
    """
    check_length(path)
    taken = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Narrowed before, as a mode set afterwards comes too late for whoever opened it meanwhile.
    before = os.umask(0o177)
    try:
        _remove_stale(path)
        taken.bind(str(path))
    except OSError as error:
        taken.close()
        raise NoSocketFile(
            f"{path} cannot be made ({error.strerror or error}): make room for a socket there"
        ) from error
    finally:
        os.umask(before)
    return taken


def _remove_stale(path: Path) -> None:
    """Only a socket is removed: whoever holds the folder is alone with it, so nobody listens on it any more."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(errno.EEXIST, "something else is there", str(path))
    except FileNotFoundError:
        return
    path.unlink()
