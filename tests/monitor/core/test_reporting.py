"""What a month comes to: spans, amendments and incidents in, a report out."""

from __future__ import annotations

import pytest

from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    Amendment,
    AmendmentKind,
    Incident,
    Instant,
    Span,
    Status,
)
from monitor.core.reporting import ComponentReport, Past, Period, component_report, was_watched
from monitor.core.sketch import Distribution
from tests.builders import NOON, amendment, component_setup, incident

OK, DEGRADED, PARTIAL, MAJOR = Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE
WINDOW, UNKNOWN = Status.MAINTENANCE, Status.UNKNOWN
FALSE_ALARM, EXCLUDED = AmendmentKind.FALSE_ALARM, AmendmentKind.EXCLUDED

BEGIN: Instant = NOON
END: Instant = BEGIN + 30 * DAY
MONTH = Period(since=BEGIN, until=END, ends=END)


def told(
    *spans: tuple[Instant, Status],
    amendments: tuple[Amendment, ...] = (),
    incidents: tuple[Incident, ...] = (),
    period: Period = MONTH,
    objective: float | None = None,
    latencies: tuple[int, ...] = (),
    monitored: bool = True,
) -> ComponentReport:
    past = Past(
        spans=tuple(Span(since, status) for since, status in spans), amendments=amendments, incidents=incidents
    )
    return component_report(
        component_setup(objective=objective), past, Distribution.of(latencies), period, monitored=monitored
    )


def amended(since: Instant, until: Instant, kind: AmendmentKind) -> tuple[Amendment, ...]:
    return (amendment(since=since, until=until, kind=kind),)


@pytest.mark.parametrize(
    ("spans", "amendments", "percent", "observed"),
    [
        ([(0, OK)], (), 100.0, 30 * DAY),
        ([], (), None, 0),
        ([(0, OK), (BEGIN + 15 * DAY, MAJOR)], (), 50.0, 30 * DAY),
        ([(0, MAJOR), (BEGIN, OK)], (), 100.0, 30 * DAY),
        ([(0, OK), (END, MAJOR)], (), 100.0, 30 * DAY),
        ([(0, OK), (END - 1, PARTIAL)], (), 99.99, 30 * DAY),
        ([(BEGIN + 20 * DAY, OK)], (), 100.0, 10 * DAY),
        ([(0, OK), (BEGIN + 10 * DAY, WINDOW), (BEGIN + 20 * DAY, MAJOR)], (), 50.0, 20 * DAY),
        ([(0, OK), (BEGIN + 10 * DAY, UNKNOWN), (BEGIN + 20 * DAY, MAJOR)], (), 50.0, 20 * DAY),
        ([(0, OK), (BEGIN + 15 * DAY, MAJOR)], amended(0, END + DAY, FALSE_ALARM), 100.0, 30 * DAY),
        ([(0, OK), (BEGIN + 15 * DAY, MAJOR)], amended(BEGIN + 15 * DAY, END, EXCLUDED), 100.0, 15 * DAY),
        ([(0, OK), (BEGIN + 15 * DAY, MAJOR)], amended(BEGIN + 20 * DAY, END, EXCLUDED), 75.0, 20 * DAY),
        ([(0, UNKNOWN)], amended(BEGIN, END, FALSE_ALARM), None, 0),
        ([(0, MAJOR)], amended(BEGIN, BEGIN + 15 * DAY, FALSE_ALARM), 50.0, 30 * DAY),
        (
            [(0, MAJOR)],
            (*amended(BEGIN, END, FALSE_ALARM), *amended(BEGIN, BEGIN + 15 * DAY, EXCLUDED)),
            100.0,
            15 * DAY,
        ),
    ],
    ids=[
        "a good month",
        "never heard of",
        "half of it down",
        "down until it began",
        "down as it ended",
        "down for its last moment",
        "watched from the twentieth",
        "maintenance in between",
        "unwatched in between",
        "a false alarm over all of it",
        "its outage excluded",
        "its outage excluded in part",
        "a false alarm where nobody watched",
        "a false alarm in one long outage",
        "the later amendment lies over the earlier",
    ],
)
def test_uptime_is_of_what_was_observed_in_the_month_as_people_amended_it(
    spans: list[tuple[Instant, Status]], amendments: tuple[Amendment, ...], percent: float | None, observed: int
) -> None:
    found = told(*spans, amendments=amendments)
    assert (found.uptime.percent, found.uptime.observed) == (percent, observed)


def test_what_was_recorded_stays_visible_beside_what_people_say_of_it() -> None:
    found = told(
        (0, OK),
        (BEGIN + DAY, MAJOR),
        (BEGIN + DAY + HOUR, OK),
        amendments=amended(BEGIN + DAY, BEGIN + 2 * DAY, FALSE_ALARM),
    )
    assert found.recorded == {OK: 30 * DAY - HOUR, MAJOR: HOUR}
    assert found.uptime.percent == 100.0
    assert len(found.amendments) == 1


def test_a_month_that_goes_on_is_told_up_to_now_with_the_budget_of_all_of_it() -> None:
    now = BEGIN + 10 * DAY
    found = told((0, OK), (END - DAY, MAJOR), period=Period(since=BEGIN, until=now, ends=END), objective=99)
    assert found.recorded == {OK: 10 * DAY}
    assert found.budget is not None
    assert found.budget.left == 3 * DAY // 10


def test_the_budget_follows_amendments() -> None:
    outage = ((0, OK), (BEGIN + DAY, MAJOR), (BEGIN + 2 * DAY, OK))
    before = told(*outage, objective=99).budget
    after = told(*outage, objective=99, amendments=amended(BEGIN, END, FALSE_ALARM)).budget
    assert before is not None
    assert after is not None
    assert (before.left, after.left) == (-7 * DAY // 10, 3 * DAY // 10)


def test_of_what_is_watched_no_more_the_rest_of_the_month_adds_nothing_to_the_budget() -> None:
    now = BEGIN + 10 * DAY
    goes_on = Period(since=BEGIN, until=now, ends=END)
    found = told((0, OK), (BEGIN + 5 * DAY, UNKNOWN), period=goes_on, objective=99, monitored=False)
    assert found.budget is not None
    assert found.budget.left == found.budget.allowed == 5 * DAY // 100


@pytest.mark.parametrize(
    ("spans", "watched"),
    [
        ([(0, OK), (BEGIN - 1, UNKNOWN)], False),
        ([(0, OK), (BEGIN, UNKNOWN)], False),
        ([(0, OK), (BEGIN + 1, UNKNOWN)], True),
        ([(0, UNKNOWN), (END - 1, MAJOR)], True),
        ([(0, UNKNOWN), (END, OK)], False),
        ([(BEGIN, WINDOW), (BEGIN + 1, UNKNOWN)], True),
        ([(0, UNKNOWN)], False),
        ([], False),
    ],
)
def test_a_component_was_watched_in_a_month_when_anything_was_known_of_it(
    spans: list[tuple[Instant, Status]], watched: bool
) -> None:
    past = Past(spans=tuple(Span(since, status) for since, status in spans), amendments=(), incidents=())
    assert was_watched(past, MONTH) is watched


def test_without_an_objective_there_is_no_budget() -> None:
    assert told((0, OK)).budget is None


@pytest.mark.parametrize(
    ("started_at", "ended_at", "lasted"),
    [
        (BEGIN + DAY, BEGIN + DAY + HOUR, HOUR),
        (BEGIN - HOUR, BEGIN + MINUTE, MINUTE),
        (END - MINUTE, END + HOUR, MINUTE),
        (END - MINUTE, None, MINUTE),
        (BEGIN - DAY, END + DAY, 30 * DAY),
        (BEGIN, BEGIN, 0),
        (BEGIN - HOUR, BEGIN, None),
        (END, END + HOUR, None),
        (END, None, None),
    ],
    ids=[
        "within",
        "over the beginning",
        "over the end",
        "still open",
        "all month",
        "of no length",
        "ended as it began",
        "began as it ended",
        "opened later",
    ],
)
def test_incidents_that_touch_the_month_are_told_with_their_length_in_it(
    started_at: Instant, ended_at: Instant | None, lasted: int | None
) -> None:
    found = told((0, OK), incidents=(incident(started_at=started_at, ended_at=ended_at),))
    lengths = [MONTH.overlap(each.started_at, each.ended_at) for each in found.incidents]
    assert lengths == ([] if lasted is None else [lasted])


def test_amendments_that_touch_the_month_are_told() -> None:
    outside = (amendment(since=0, until=BEGIN), amendment(since=END, until=END + DAY))
    inside = (amendment(since=END - 1, until=END + DAY), amendment(since=0, until=BEGIN + 1))
    assert told((0, OK), amendments=(*outside, *inside)).amendments == inside


def test_latencies_are_told_by_their_middle_and_by_what_few_exceed() -> None:
    found = told((0, OK), latencies=(*[100_000] * 90, *[900_000] * 10))
    assert found.median == pytest.approx(100_000, rel=0.01)
    assert found.p95 == pytest.approx(900_000, rel=0.01)
