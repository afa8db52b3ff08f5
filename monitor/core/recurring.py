"""Recurring maintenance as a rule; its occurrences are windows, which somebody else expands it to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.core.ids import rule_id, series_id
from monitor.core.model import DAY, Duration, Instant


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Maintenance that comes again and again."""

    title: str
    components: tuple[str, ...]
    cron: str  # minute, hour, day of month, month, day of week
    duration: Duration  # elapsed time, whatever the clocks on the wall do meanwhile
    timezone: str  # IANA
    stops: bool = False
    notice: Duration = DAY  # how long before its start an occurrence becomes known
    by: str = ""  # who planned it at run time; empty: the config
    since: Instant = 0  # when that was: cancelled and planned once more, it is another

    @property
    def facts(self) -> tuple[object, ...]:
        """What the occurrences of two rules are the same by."""
        return self.title, self.components, self.cron, self.duration, self.timezone, self.stops

    @cached_property
    def id(self) -> str:
        return series_id(*self.facts, self.since) if self.since else rule_id(*self.facts)
