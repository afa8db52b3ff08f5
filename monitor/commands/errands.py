"""Errands to the running daemon: what was typed, how a command ends, and how it shows what it brought back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum

from monitor.commands.control import Refused, Unreachable
from monitor.core.model import DAY, HOUR, MINUTE, SECOND
from monitor.core.ports import Clock
from monitor.core.redaction import printable
from monitor.terminal import complain, say

_RELATIVE = re.compile(r"([+-][0-9]{1,5})([smhd])")  # so few digits that no date is out of reach
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


class Exit(IntEnum):
    OK = 0
    REFUSED = 1
    UNREACHABLE = 3


def given(typed: Mapping[str, object]) -> dict[str, object]:
    """The fields of the options that were typed."""
    return {field: value for field, value in typed.items() if value not in (None, ())}


def told_absolutely(fields: Mapping[str, object], clock: Clock, *times: str) -> dict[str, object]:
    """The fields, of which those that are times are told as RFC 3339; what is no time is for the daemon to refuse."""
    return dict(fields) | {time: _absolute(str(fields[time]), clock) for time in times if time in fields}


def done(errand: Callable[[], None], options: Mapping[str, str] | None = None) -> Exit:
    """Run an errand; what keeps it from being done is one sentence on standard error.

    Args:
        options: those that were typed, by the fields they became.
    """
    try:
        errand()
    except Unreachable as error:
        complain(str(error))
        return Exit.UNREACHABLE
    except Refused as error:
        complain(_in_options(error, options or {}))
        return Exit.REFUSED
    return Exit.OK


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A line for each row, below the names of the columns. Cells may be texts from anywhere."""
    lines = [columns, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, which may have no rows."""
    for line in table(columns, rows):
        say(line)


def show_list(columns: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """Print a table, or the sentence that says that there is nothing to show."""
    found = list(rows)
    if found:
        show_table(columns, found)
    else:
        say(empty)


def _absolute(text: str, clock: Clock) -> str:
    """`+30m` and `-2h` as the time that they are from now, to the second."""
    relative = _RELATIVE.fullmatch(text)
    if relative is None:
        return text
    at = clock.now() + int(relative[1]) * _UNITS[relative[2]]
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _in_options(refused: Refused, options: Mapping[str, str]) -> str:
    """The daemon's words, with the options that were typed in place of the fields they became."""
    told = [f"{options[field]}: {detail}" for field, detail in refused.fields.items() if field in options]
    return " ".join(told) or str(refused)
