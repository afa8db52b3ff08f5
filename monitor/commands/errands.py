"""Errands to the running daemon: how a command ends, and how it shows what it brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum

from monitor.commands.control import Refused, Unreachable
from monitor.terminal import complain, say


class Exit(IntEnum):
    OK = 0
    REFUSED = 1
    UNREACHABLE = 3


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


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a line for each row, below the names of the columns."""
    lines = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _in_options(refused: Refused, options: Mapping[str, str]) -> str:
    """The daemon's words, with the options that were typed in place of the fields they became."""
    told = [f"{options[field]}: {detail}" for field, detail in refused.fields.items() if field in options]
    return " ".join(told) or str(refused)
