"""A process that has run out of file descriptors, or nearly so."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice


@contextmanager
def no_descriptors_left() -> Iterator[None]:
    """Whoever opens anything meanwhile is refused."""
    with descriptors_left(0):
        yield


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """So many may be opened meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = next(islice(filter(_free, range(soft)), count, None))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _free(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False
