from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Incident, Instant, Status
from monitor.core.uptime import Uptime
from monitor.replay.document import document
from monitor.replay.outcome import Outcome
from monitor.replay.recording import Recording
from monitor.replay.telling import EXCUSED, told
from tests.builders import NOON, incident
from tests.monitor.replay.test_outcome import trouble

SHORT = 5 * MINUTE
RECORDING = Recording(begins=NOON, ends=NOON + DAY, results=Counter({"api/health": 2_880, "cdn/asset": 0}))


def outcome_of(
    name: str, *incidents: Incident, since: Instant = NOON, webhooks: int | None = 7, excused: int = 0
) -> Outcome:
    return Outcome(
        name=name,
        since=since,
        until=NOON + DAY,
        incidents=incidents,
        false_alarms=1,
        excused=excused,
        events=9,
        webhooks=webhooks,
        uptimes={"api": Uptime(DAY, {Status.OPERATIONAL: DAY - HOUR, Status.MAJOR_OUTAGE: HOUR})},
    )


def lines(one: Outcome, other: Outcome, *limits: str) -> list[str]:
    return list(told((one, other), RECORDING, SHORT, limits))


def test_figures_stand_side_by_side_and_incidents_below_them() -> None:
    one = outcome_of("current", trouble("a", HOUR, 90 * SECOND), trouble("b", 11 * HOUR, 2 * HOUR))
    other = outcome_of("new.yml", trouble("b", 11 * HOUR + SECOND, None, title="API is slow"), webhooks=3)
    assert lines(one, other, "A limit.") == [
        "Replayed 2026-12-01 12:00:00 to 2026-12-02 12:00:00 UTC: 2,880 results of 1 probe.",
        "",
        "                                  current                           new.yml",
        "incidents                         2                                 1",
        "false alarms (under 5 min)        1                                 1",
        "time to detect, median            1 min                             1 min",
        "time to detect, worst             1 min                             1 min",
        "webhooks sent                     7                                 3",
        "uptime of api                     95.83 %                           95.83 %",
        "",
        "INCIDENTS, current                                INCIDENTS, new.yml",
        "2026-12-01 13:00:00 – 13:01:30                    –",
        "  API outage (1 min 30 s)",
        "2026-12-01 23:00:00 – 12-02 01:00:00              2026-12-01 23:00:01 – still going on",
        "  API outage (2 h)                                  API is slow",
        "",
        "A limit.",
    ]


def test_detection_is_told_to_the_second() -> None:
    late = trouble("a", HOUR, HOUR, created_at=NOON + HOUR + 95 * SECOND)
    said = lines(outcome_of("current", late), outcome_of("new.yml", replace(late, created_at=NOON + HOUR + 9_000)))
    assert "time to detect, worst             1 min 35 s                        9 s" in said


@pytest.mark.parametrize(("excused", "said"), [((0, 0), False), ((0, 1), True), ((2, 0), True)])
def test_what_is_no_false_alarm_though_it_was_short_is_told_where_there_is_any(
    excused: tuple[int, int], said: bool
) -> None:
    one, other = (outcome_of(name, excused=count) for name, count in zip(("a", "b"), excused, strict=True))
    assert (EXCUSED in lines(one, other)) is said
    assert len(EXCUSED) <= 100


def test_what_was_open_before_is_marked_so() -> None:
    before = trouble("a", -HOUR, 2 * HOUR)
    assert lines(outcome_of("current", before), outcome_of("new.yml"))[-2:] == [
        "before 2026-12-01 12:00:00 – 13:00:00             –",
        "  API outage",
    ]


def test_without_subscriptions_events_are_told() -> None:
    said = lines(outcome_of("current", webhooks=None), outcome_of("new.yml", webhooks=None))
    assert "events (nobody subscribed)        9                                 9" in said


def test_where_nothing_happened_it_says_so() -> None:
    said = lines(outcome_of("current"), outcome_of("new.yml"))
    assert "time to detect, median            –                                 –" in said
    assert said[-1] == "No incident on either side."


def test_a_component_of_one_side_has_no_uptime_on_the_other() -> None:
    one, other = outcome_of("current"), replace(outcome_of("new.yml"), uptimes={"cdn": Uptime(DAY, {})})
    said = lines(one, replace(other, uptimes={"cdn": Uptime(DAY, {Status.UNKNOWN: DAY})}))
    assert "uptime of api                     95.83 %                           –" in said
    assert "uptime of cdn                     –                                 –" in said


def test_no_line_is_wider_than_100_characters() -> None:
    long = trouble("a", 11 * HOUR, 13 * HOUR, title="Partial outage of " + "everything " * 20)
    said = lines(outcome_of("x" * 200, long), outcome_of("y" * 200, replace(long, ended_at=None)))
    assert max(map(len, said)) <= 100


# ── for machines ─────────────────────────────────────────────────────────────────────────────────────


def test_the_document_tells_the_same_to_machines() -> None:
    seen = trouble("a", HOUR, 90 * SECOND)
    before = replace(incident("b"), created_at=NOON - HOUR)
    one, other = outcome_of("current", seen, before), outcome_of("new.yml", webhooks=None)
    assert document(one, other, RECORDING, ["A limit."]) == {
        "since": "2026-12-01T12:00:00Z",
        "until": "2026-12-02T12:00:00Z",
        "results": {"api/health": 2_880, "cdn/asset": 0},
        "sides": [
            {
                "name": "current",
                "incidents": 2,
                "false_alarms": 1,
                "minutes_to_detect": {"median": 1.0, "worst": 1.0},
                "events": 9,
                "webhooks": 7,
                "uptimes": {"api": 95.83},
            },
            {
                "name": "new.yml",
                "incidents": 0,
                "false_alarms": 1,
                "minutes_to_detect": {"median": None, "worst": None},
                "events": 9,
                "webhooks": None,
                "uptimes": {"api": 95.83},
            },
        ],
        "incidents": [
            [
                {
                    "id": "b",
                    "title": "API outage",
                    "status": "investigating",
                    "impact": "critical",
                    "components": ["api"],
                    "open_before": True,
                    "started_at": None,
                    "created_at": None,
                    "ended_at": None,
                    "resolved_at": None,
                },
                None,
            ],
            [
                {
                    "id": "a",
                    "title": "API outage",
                    "status": "resolved",
                    "impact": "critical",
                    "components": ["api"],
                    "open_before": False,
                    "started_at": "2026-12-01T13:00:00Z",
                    "created_at": "2026-12-01T13:01:00Z",
                    "ended_at": "2026-12-01T13:01:30Z",
                    "resolved_at": "2026-12-01T13:03:30Z",
                },
                None,
            ],
        ],
        "limits": ["A limit."],
    }
