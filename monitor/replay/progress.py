"""How far a long replay came, as a bar on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click

from monitor.core.model import Instant


@contextmanager
def shown(since: Instant, until: Instant) -> Iterator[Callable[[Instant], None]]:
    """Takes the instant that was reached; the bar appears with the first, on standard error if that is a terminal."""
    with ExitStack() as stack:
        yield _Bar(since, until, stack)


class _Bar:
    def __init__(self, since: Instant, until: Instant, stack: ExitStack) -> None:
        self._reached = since
        self._length = until - since
        self._stack = stack
        self._draw: Callable[[int], None] | None = None

    def __call__(self, at: Instant) -> None:
        if self._draw is None:
            self._draw = self._appear()
        self._draw(at - self._reached)
        self._reached = at

    def _appear(self) -> Callable[[int], None]:
        hidden = sys.stderr is None or not sys.stderr.isatty()
        bar = click.progressbar(length=self._length, label="replaying", file=sys.stderr, hidden=hidden)
        return self._stack.enter_context(bar).update
