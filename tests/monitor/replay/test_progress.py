from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.core.model import HOUR
from monitor.replay.progress import shown
from tests.builders import NOON


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def standard_error(stream: io.StringIO) -> Iterator[io.StringIO]:
    before, sys.stderr = sys.stderr, stream
    try:
        yield stream
    finally:
        sys.stderr = before


def test_a_bar_shows_how_far_it_came() -> None:
    with standard_error(Terminal()) as written, shown(NOON, NOON + HOUR) as advanced:
        for quarter in (1, 2, 5):
            advanced(NOON + quarter * HOUR // 4)
    assert [percent for percent in (25, 50, 75, 100, 125) if f" {percent}%" in written.getvalue()] == [25, 50, 100]
    assert "replaying" in written.getvalue()


def test_what_lies_before_the_time_asked_for_is_no_progress() -> None:
    with standard_error(Terminal()) as written, shown(NOON, NOON + HOUR) as advanced:
        advanced(NOON - HOUR)
        advanced(NOON + HOUR // 2)
        assert "50%" in written.getvalue()


def test_a_short_replay_shows_no_bar() -> None:
    with standard_error(Terminal()) as written, shown(NOON, NOON + HOUR):
        pass
    assert written.getvalue() == ""


def test_nothing_is_written_where_there_is_no_terminal() -> None:
    with standard_error(io.StringIO()) as written, shown(NOON, NOON + HOUR) as advanced:
        advanced(NOON + HOUR)
    assert written.getvalue() == ""
