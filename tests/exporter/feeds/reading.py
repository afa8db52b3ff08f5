"""A timeline that remembers who read it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from monitor.core.model import Update


class Read(tuple[Update, ...]):
    """`threads` holds those in which it was read."""

    def __init__(self, _: tuple[Update, ...]) -> None:
        self.threads: set[int] = set()

    def __iter__(self) -> Iterator[Update]:
        self.threads.add(threading.get_ident())
        return super().__iter__()
