"""Notices that a file was changed."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

Look: TypeAlias = tuple[int, int, int] | None  # inode, time of change, size; None while there is no file


class FileWatch:
    """Looks at a file whenever it is asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: Look = None
        self._before: Look = None
        self.take()

    def changed(self) -> bool:
        """Whether it is another than it was, and has stood still since the last look: none is read half-written."""
        now, before = self._look(), self._before
        self._before = now
        if now is None or now != before or now == self._known:
            return False
        self._known = now
        return True

    def take(self) -> None:
        """The file as it is now is known."""
        self._known = self._before = self._look()

    def _look(self) -> Look:
        try:
            seen = self._path.stat()
        except OSError:
            return None
        return seen.st_ino, seen.st_mtime_ns, seen.st_size
