"""What can go wrong with the place where things are kept, each as one sentence that says what to do."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path


class Held(Exception):
    """Another daemon works on the directory, or a command that reads it."""


class Unusable(Exception):
    """The directory, or the file in it, cannot be used as it is."""


class NotNow(Unusable):
    """It cannot be used as it is now, which may pass by itself."""


NO_SPACE = "no space is left for {path}: free some"
LOCKED = "another program has locked {path}: close it"
READ_ONLY = "{path} may not be written by this user: give it write access"
NOT_A_DIRECTORY = "{path} is not a directory: name one"
NOT_OPENED = "{path} cannot be opened: see that it is a file that this user may read and write"
READ_ONLY_DISK = "{path} is on a file system that is mounted read-only: name a directory that can be written"
REPLACED = "{path} was deleted or replaced while we worked on it: restart the monitor"
FAILING = "{path} cannot be read or written ({error}): check its disk"
UNHEARD_OF = "{path} cannot be used: {error}"

PASSING = frozenset({NO_SPACE, LOCKED, FAILING})

BY_CODE = {
    sqlite3.SQLITE_FULL: NO_SPACE,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: NOT_OPENED,
    sqlite3.SQLITE_IOERR: FAILING,
}

BY_ERRNO = {
    errno.ENOSPC: NO_SPACE,
    errno.EDQUOT: NO_SPACE,
    errno.EIO: FAILING,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EROFS: READ_ONLY_DISK,
    errno.EEXIST: NOT_A_DIRECTORY,
    errno.ENOTDIR: NOT_A_DIRECTORY,
}


def refusal(error: sqlite3.Error, path: Path) -> str | None:
    """Why the file cannot be read or written just now; None when the error is of another sort."""
    sentence = BY_CODE.get(_code(error))
    return sentence and sentence.format(path=path, error=error)


def corruption(error: sqlite3.Error) -> bool:
    """Whether the error says that the file itself is broken."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def unusable(error: OSError | sqlite3.Error, path: Path) -> Unusable:
    if isinstance(error, sqlite3.Error):
        sentence, said = BY_CODE.get(_code(error), UNHEARD_OF), str(error)
    else:
        sentence, said = BY_ERRNO.get(error.errno or 0, UNHEARD_OF), error.strerror or str(error)
    kind = NotNow if sentence in PASSING else Unusable
    return kind(sentence.format(path=path, error=said))


def _code(error: sqlite3.Error) -> int:
    # The low byte is the sort of error, the rest its finer shades. Errors of Python's own carry no code.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
