"""The parameters of the latency history: over how long, and in which steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.documents import lasting
from exporter.fields import duration, wrong_fields
from exporter.paging import read
from monitor.core.model import DAY, Duration, Instant
from monitor.core.sketch import TIERS

LONGEST = 366 * DAY
MOST_SLOTS = 1_000

_FINEST = TIERS[0][0]
_WITHIN_A_DAY = tuple(step for step in range(_FINEST, DAY, _FINEST) if DAY % step == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyQuery:
    """Over how long latencies are asked for, and in which steps; equal questions are equal keys."""

    window: Duration = DAY
    step: Duration | None = None  # None: only all of it together
    written: str | None = None  # the step, as it was asked for

    def since(self, until: Instant) -> Instant:
        """When a window begins that ends then: with a slot, where there are slots."""
        begin = until - self.window
        return begin if self.step is None else begin - begin % self.step


def latency_query(given: Mapping[str, str]) -> LatencyQuery:
    """Read the parameters; unknown ones are ignored.

    Raises:
        Problem: 422, naming every parameter that is wrong and what is allowed.
    """
    values = read(given, {"window": _length, "step": _length})
    query = LatencyQuery(**values, written=given.get("step"))
    if query.step is not None and not _will_do(query.step, query.window):
        raise wrong_fields({"step": f"must be {_steps(query.window)}, for a window of {lasting(query.window)}."})
    return query


def _length(text: str) -> Duration:
    found = duration(text, LONGEST)
    if not found:
        raise ValueError("must be longer than nothing.")
    return found


def _will_do(step: Duration, window: Duration) -> bool:
    return step % DAY == 0 or step in _within_a_day(window)


def _within_a_day(window: Duration) -> list[Duration]:
    """Those that divide a day, and make slots that are not too many, of stretches that are still kept."""
    kept = next(width for width, lasts in TIERS if lasts is None or window <= lasts)
    # A window that does not begin with a slot reaches into one more.
    return [step for step in _WITHIN_A_DAY if step % kept == 0 and window <= (MOST_SLOTS - 1) * step]


def _steps(window: Duration) -> str:
    """In words, which will do."""
    shorter = ", ".join(map(lasting, _within_a_day(window)))
    return f"one of {shorter}, or whole days such as 1d" if shorter else "whole days, such as 1d"
