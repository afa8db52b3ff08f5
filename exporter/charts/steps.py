"""Values over time as steps: nothing is drawn where nothing was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

STEP = 10  # the width of one value

Values: TypeAlias = Sequence[int | None]
Run: TypeAlias = Sequence[int]  # places of values that follow one another without a gap


def line(heights: Values) -> str:
    """The path along the tops of the steps; heights grow downwards, as in SVG."""
    return "".join(_along(run, heights) for run in _runs(heights))


def area(lows: Values, highs: Values) -> str:
    """The path around what lies between the steps of two lines, which have the same gaps."""
    return "".join(_along(run, highs) + _back(run, lows) for run in _runs(highs))


def _runs(heights: Values) -> Iterator[Run]:
    places = range(len(heights))
    for known, run in groupby(places, key=lambda place: heights[place] is not None):
        if known:
            yield list(run)


def _along(run: Run, heights: Values) -> str:
    steps = "".join(f"V{heights[place]}H{STEP * (place + 1)}" for place in run)
    return f"M{STEP * run[0]} {heights[run[0]]}{steps}"


def _back(run: Run, heights: Values) -> str:
    return "".join(f"V{heights[place]}H{STEP * place}" for place in reversed(run)) + "Z"
