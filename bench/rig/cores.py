"""Cores: whatever is measured has the first of ours to itself, and all others share the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager

OURS: Set[int] = frozenset(os.sched_getaffinity(0))
MEASURED: Set[int] = frozenset({min(OURS)})
OTHERS: Set[int] = (OURS - MEASURED) or OURS


@contextmanager
def on(cores: Set[int]) -> Iterator[None]:
    """Keep this process on these cores, and whatever it starts meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
