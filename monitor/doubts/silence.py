"""A stretch in which nothing at all came back to us, as far as was seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Silence:
    """Times are milliseconds that never step.

    It lasts from the beginning of the last run or look to which something came back until the end of the first to
    which something came back again: the cut itself lies somewhere in between.
    """

    since: int
    until: int | None = None  # None: it still lasts

    def taints(self, began: int) -> bool:
        """Whether a run that began then may have failed, or been slow, for the silence alone."""
        return self.since < began and (self.until is None or began < self.until)
