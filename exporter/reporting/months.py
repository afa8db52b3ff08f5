"""Calendar months, as the clocks on the wall of a place count them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.core.model import Instant

_MONTH = re.compile(r"(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])", re.ASCII)
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one year."""

    year: int
    number: int  # 1 to 12

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def bounds(self, timezone: str) -> tuple[Instant, Instant]:
        """When it begins and ends in a time zone (IANA)."""
        zone = ZoneInfo(timezone)
        return _begins(self, zone), _begins(self.next, zone)


def parse_month(text: str) -> Month:
    """The month that a text such as 2026-11 names; raises ValueError with what is allowed."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise ValueError("must be a month such as 2026-11.")
    return Month(int(found[1]), int(found[2]))


def _begins(month: Month, zone: ZoneInfo) -> Instant:
    """Its first midnight; where the clocks skip that, the instant at which they do."""
    midnight = datetime(month.year, month.number, 1, tzinfo=zone)
    return (midnight.astimezone(UTC) - _EPOCH) // _MILLISECOND
