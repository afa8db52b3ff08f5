"""Figures as people read them, and as programs do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.rig.figures import Answer, Figure, Row


def table(rows: Sequence[Row]) -> str:
    """Aligned to the right, with a column for each name; what a row has no figure for is a dash."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([shown(row.get(name, "-")) for name in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def promises(answers: Sequence[Answer]) -> str:
    """A line for each figure of which something is asked."""
    return "\n".join(_promise(answer) for answer in answers)


def document(rows: Sequence[Row], answers: Sequence[Answer]) -> Mapping[str, Any]:
    """The same as JSON."""
    return {"rows": [dict(row) for row in rows], "asked": [_asked(answer) for answer in answers]}


def shown(value: Figure) -> str:
    return f"{value:,.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def _promise(answer: Answer) -> str:
    """Rows are told by their first two columns."""
    asked = answer.asked
    row = ", ".join(f"{name} {shown(value)}" for name, value in list(answer.row.items())[:2])
    met = "met" if answer.met else "NOT MET"
    return f"asked: {asked.column} {asked.bounds}; found {answer.found:,.3f} ({row}): {met}"


def _asked(answer: Answer) -> Mapping[str, Any]:
    asked = answer.asked
    bounds = {"column": asked.column, "least": asked.least, "most": asked.most, "where": dict(asked.where)}
    return bounds | {"found": answer.found, "met": answer.met}
