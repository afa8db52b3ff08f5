from __future__ import annotations

from datetime import date

from exporter.page.record import SHOWN_DAYS, recorded, unwatched
from monitor.core.model import DAY, HOUR, Span, Status
from tests.builders import NOON
from tests.exporter.fakes import FakeHistory

MIDNIGHT = NOON + 12 * HOUR


async def test_at_midnight_itself_the_new_day_has_begun() -> None:
    history = FakeHistory(ledgers={"api": [Span(NOON, Status.OPERATIONAL)]})
    record = await recorded(history, "api", MIDNIGHT, "UTC")
    assert len(record.days) == SHOWN_DAYS
    assert record.dates[-1] == date(2026, 12, 2)
    assert record.days[-1].worst is Status.OPERATIONAL


async def test_a_day_is_unwatched_on_which_nothing_was_observed_of_any_component() -> None:
    history = FakeHistory(
        ledgers={
            "api": [Span(NOON - 3 * DAY, Status.OPERATIONAL), Span(NOON - 2 * DAY, Status.UNKNOWN)],
            "cdn": [Span(NOON, Status.OPERATIONAL)],
        }
    )
    dark = unwatched([await recorded(history, name, NOON, "UTC") for name in ("api", "cdn")])
    assert {date(2026, 11, 27), date(2026, 11, 30)} <= dark
    assert dark.isdisjoint({date(2026, 11, 28), date(2026, 11, 29), date(2026, 12, 1)})


def test_where_nothing_is_watched_no_day_is_called_unwatched() -> None:
    assert unwatched([]) == set()
