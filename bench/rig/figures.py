"""Figures: rows of what was measured, and what is asked of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Figure: TypeAlias = float | str
Row: TypeAlias = Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A bound on a column, in the rows that have these figures."""

    column: str
    most: float | None = None
    least: float | None = None
    where: Row = field(default_factory=dict)

    @property
    def bounds(self) -> str:
        said = {"at least": self.least, "at most": self.most}
        return ", ".join(f"{words} {bound:g}" for words, bound in said.items() if bound is not None)

    def answered(self, rows: Sequence[Row]) -> list[Answer]:
        """One for each row that it is asked of."""
        fitting = [row for row in rows if self.column in row and self.where.items() <= row.items()]
        return [Answer(self, row, float(row[self.column])) for row in fitting]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found where something is asked."""

    asked: Asked
    row: Row
    found: float

    @property
    def met(self) -> bool:
        least, most = self.asked.least, self.asked.most
        return (least is None or self.found >= least) and (most is None or self.found <= most)


class Bench(NamedTuple):
    """What measures, and what is asked of its figures."""

    measure: Callable[[], Sequence[Row]]
    asked: Sequence[Asked] = ()

    def answers(self, rows: Sequence[Row]) -> list[Answer]:
        return [answer for asked in self.asked for answer in asked.answered(rows)]


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Of values in order: the one that so many percent do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def progress(text: str) -> None:
    """Say what goes on, beside the tables."""
    print(f"  … {text}", file=sys.stderr, flush=True)
