"""Documents, compared whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.documents import (
    amendment_document,
    component_document,
    incident_document,
    probe_document,
    rule_document,
    status_document,
    timestamp,
    window_document,
)
from exporter.figures import Figures
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    ComponentSetup,
    ComponentState,
    Duration,
    Health,
    IncidentStatus,
    Instant,
    Phases,
    ProbeState,
    Reason,
    Span,
    Status,
    StepPhases,
    Stretch,
    Update,
    Verdict,
    Window,
)
from monitor.core.recurring import Rule
from monitor.core.uptime import WINDOWS, uptime
from tests.builders import NOON, amendment, component_setup, incident, probe_setup, result, setup

NOTHING_KNOWN = Figures({name: uptime([], NOON - window, NOON) for name, window in WINDOWS.items()}, None)


def figures(*spans: Span, response_time: int | None = None) -> Figures:
    uptimes = {name: uptime(spans, NOON - window, NOON) for name, window in WINDOWS.items()}
    return Figures(uptimes, response_time)


def state(status: Status, *, decided: Instant = NOON, since: Instant | None = None) -> ComponentState:
    tail = () if since is None else (Span(since, status),)
    return ComponentState(status=status, decided=decided, tail=tail)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1_733_844_600_000, "2024-12-10T15:30:00Z"),
        (1_733_844_600_123, "2024-12-10T15:30:00.123Z"),
        (1_733_844_600_007, "2024-12-10T15:30:00.007Z"),
        (1, "1970-01-01T00:00:00.001Z"),
    ],
)
def test_a_time_has_milliseconds_only_when_they_are_not_zero(at: Instant, text: str) -> None:
    assert timestamp(at) == text


def test_the_status_document_tells_the_worst_and_when_it_last_changed() -> None:
    board = Board(
        setup=setup(component_setup("cdn"), component_setup("api")),
        components={
            "api": state(Status.DEGRADED, decided=NOON - SECOND),
            "cdn": state(Status.OPERATIONAL, decided=NOON - HOUR),
        },
    )
    assert status_document(board) == {
        "status": "degraded_performance",
        "updated_at": "2026-12-01T11:59:59Z",
        "components": [
            {"id": "cdn", "name": "CDN", "status": "operational"},
            {"id": "api", "name": "API", "status": "degraded_performance"},
        ],
    }


def test_before_anything_is_known_the_status_is_unknown_since_never() -> None:
    document = status_document(Board(setup=setup()))
    assert (document["status"], document["updated_at"]) == ("unknown", None)


def test_a_component_is_told_whole() -> None:
    component = ComponentSetup(
        id="api",
        name="API",
        description="Core valuation API",
        depends_on=("auth",),
        probes=(probe_setup("api/health"), probe_setup("api/login")),
    )
    failed = result("api/login", Verdict.FAIL, phases=Phases(resolve=700, connect=900))
    board = Board(
        setup=setup(component, component_setup("auth")),
        components={"api": state(Status.PARTIAL_OUTAGE, since=NOON - MINUTE)},
        probes={
            "api/health": ProbeState(track=(Stretch(NOON, Health.UP),)),
            "api/login": ProbeState(track=(Stretch(NOON, Health.DOWN),)),
        },
        latest={"api/health": result("api/health"), "api/login": failed},
    )
    spans = (
        Span(NOON - 20 * DAY, Status.OPERATIONAL),
        Span(NOON - 3 * DAY, Status.MAJOR_OUTAGE),
        Span(NOON - 3 * DAY + MINUTE, Status.OPERATIONAL),
    )
    document = component_document(board, component, figures(*spans, response_time=144_600))
    assert list(document.items()) == [
        ("id", "api"),
        ("name", "API"),
        ("description", "Core valuation API"),
        ("status", "partial_outage"),
        ("uptime_day", 100.0),
        ("uptime_week", 99.99),
        ("uptime_month", 99.99),
        ("response_time_ms", 145),
        ("coverage_day", 100.0),
        ("coverage_week", 100.0),
        ("coverage_month", 66.66),
        ("since", "2026-12-01T11:59:00Z"),
        ("depends_on", ["auth"]),
        ("circuit", {"state": "closed", "retry_after": 0, "reason": None}),
        (
            "probes",
            [
                {
                    "id": "api/health",
                    "health": "up",
                    "verdict": "pass",
                    "reason": None,
                    "latency_ms": 100,
                    "checked_at": "2026-12-01T12:00:00.100Z",
                    "steps": [],
                },
                {
                    "id": "api/login",
                    "health": "down",
                    "verdict": "fail",
                    "reason": "http_status",
                    "latency_ms": 2,
                    "checked_at": "2026-12-01T12:00:00.100Z",
                    "steps": [],
                },
            ],
        ),
    ]


def test_the_steps_of_a_transaction_are_told_with_their_latencies() -> None:
    steps = (StepPhases("token", Phases(processing=12_000)), StepPhases("clean", Phases()))
    board = Board(setup=setup(), latest={"api/health": replace(result(), steps=steps)})
    told = probe_document(board, probe_setup())
    assert told["steps"] == [{"id": "token", "latency_ms": 12}, {"id": "clean", "latency_ms": None}]


def test_what_is_not_known_of_a_component_is_null() -> None:
    component = component_setup("api")
    assert component_document(Board(setup=setup(component)), component, NOTHING_KNOWN) == {
        "id": "api",
        "name": "API",
        "description": "",
        "status": "unknown",
        "uptime_day": None,
        "uptime_week": None,
        "uptime_month": None,
        "response_time_ms": None,
        "coverage_day": 0.0,
        "coverage_week": 0.0,
        "coverage_month": 0.0,
        "since": None,
        "depends_on": [],
        "circuit": {"state": "closed", "retry_after": 0, "reason": None},
        "probes": [
            {
                "id": "api/health",
                "health": "unknown",
                "verdict": None,
                "reason": None,
                "latency_ms": None,
                "checked_at": None,
                "steps": [],
            }
        ],
    }


def test_a_window_that_was_all_maintenance_has_no_coverage() -> None:
    component = component_setup("api")
    planned = figures(Span(NOON - 2 * DAY, Status.MAINTENANCE))
    document = component_document(Board(setup=setup(component)), component, planned)
    assert (document["coverage_day"], document["uptime_day"]) == (None, None)


def test_a_probe_under_a_mask_is_of_unknown_health() -> None:
    component = component_setup("api")
    masked = ProbeState(track=(Stretch(NOON, Health.UP, blind=True),))
    board = Board(setup=setup(component), probes={"api/health": masked})
    document = component_document(board, component, NOTHING_KNOWN)
    assert document["probes"][0]["health"] == "unknown"  # type: ignore[index]


def test_a_run_without_phases_has_no_latency() -> None:
    component = component_setup("api")
    beat = result(phases=Phases())
    document = component_document(
        Board(setup=setup(component), latest={"api/health": beat}), component, NOTHING_KNOWN
    )
    assert document["probes"][0]["latency_ms"] is None  # type: ignore[index]


def test_an_incident_is_told_whole_with_its_oldest_update_first() -> None:
    told = incident(
        "inc_abc123",
        status=IncidentStatus.RESOLVED,
        created_at=NOON,
        resolved_at=NOON + 45 * MINUTE,
        ended_at=NOON + 43 * MINUTE,
        components=("api", "batch"),
        updates=(
            Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", NOON),
            Update(IncidentStatus.RESOLVED, "Stable for 2 min.", NOON + 45 * MINUTE, "ada"),
        ),
        reopened=1,
    )
    assert list(incident_document(told).items()) == [
        ("id", "inc_abc123"),
        ("title", "API outage"),
        ("status", "resolved"),
        ("impact", "critical"),
        ("created_at", "2026-12-01T12:00:00Z"),
        ("resolved_at", "2026-12-01T12:45:00Z"),
        ("started_at", "2026-12-01T11:59:20Z"),
        ("ended_at", "2026-12-01T12:43:00Z"),
        ("components", ["api", "batch"]),
        (
            "updates",
            [
                {
                    "status": "investigating",
                    "message": "All checks of API fail.",
                    "timestamp": "2026-12-01T12:00:00Z",
                    "by": "machine",
                },
                {
                    "status": "resolved",
                    "message": "Stable for 2 min.",
                    "timestamp": "2026-12-01T12:45:00Z",
                    "by": "ada",
                },
            ],
        ),
        ("cause", "api"),
        ("merged_into", None),
        ("reopened", 1),
        ("by", "machine"),
        ("held", False),
        ("postmortem", None),
    ]


def test_what_people_had_to_do_with_an_incident_is_told() -> None:
    document = incident_document(incident(by="ada", held=True, postmortem="A cable."))
    assert (document["by"], document["held"], document["postmortem"]) == ("ada", True, "A cable.")


def test_an_open_incident_has_no_end() -> None:
    document = incident_document(incident())
    assert (document["resolved_at"], document["ended_at"]) == (None, None)


def test_a_reason_is_told_by_its_name() -> None:
    component = component_setup("api")
    refused = result(verdict=Verdict.FAIL, reason=Reason.CONNECT_REFUSED)
    document = component_document(
        Board(setup=setup(component), latest={"api/health": refused}), component, NOTHING_KNOWN
    )
    assert document["probes"][0]["reason"] == "connect_refused"  # type: ignore[index]


# ── maintenance and amendments ───────────────────────────────────────────────────────────────────────

UPGRADE = Window(id="mnt_1", title="Upgrade", components=("api", "cdn"), starts=NOON, ends=NOON + HOUR)
COMPACTION = Rule(
    title="Compaction", components=("cdn",), cron="0 3 * * sun", duration=90 * MINUTE, timezone="Europe/Berlin"
)


def test_a_window_is_told_whole() -> None:
    assert list(window_document(replace(UPGRADE, stops=True, by="ada"), NOON).items()) == [
        ("id", "mnt_1"),
        ("title", "Upgrade"),
        ("status", "in_progress"),
        ("components", ["api", "cdn"]),
        ("starts", "2026-12-01T12:00:00Z"),
        ("ends", "2026-12-01T13:00:00Z"),
        ("stops", True),
        ("recurring", None),
        ("by", "ada"),
    ]


@pytest.mark.parametrize(
    ("at", "cancelled", "status"),
    [
        (NOON - 1, False, "scheduled"),
        (NOON, False, "in_progress"),
        (NOON + HOUR - 1, False, "in_progress"),
        (NOON + HOUR, False, "completed"),
        (NOON + HOUR, True, "cancelled"),
    ],
)
def test_the_status_of_a_window_is_that_of_the_instant_at_which_it_is_told(
    at: Instant, cancelled: bool, status: str
) -> None:
    assert window_document(replace(UPGRADE, cancelled=cancelled), at)["status"] == status


@pytest.mark.parametrize(
    ("by", "recurring", "name"),
    [
        ("", None, None),
        ("ada", None, "ada"),
        ("rule_of_thumb", None, "rule_of_thumb"),
        (COMPACTION.id, COMPACTION.id, None),
    ],
)
def test_a_window_is_of_the_config_of_a_person_or_of_a_rule(by: str, recurring: str | None, name: str | None) -> None:
    document = window_document(replace(UPGRADE, by=by), NOON)
    assert (document["recurring"], document["by"]) == (recurring, name)


def test_a_rule_is_told_whole_with_what_comes_next() -> None:
    assert list(rule_document(replace(COMPACTION, by="ada"), [UPGRADE]).items()) == [
        ("id", COMPACTION.id),
        ("title", "Compaction"),
        ("components", ["cdn"]),
        ("cron", "0 3 * * sun"),
        ("duration", "90m"),
        ("timezone", "Europe/Berlin"),
        ("stops", False),
        ("notice", "1d"),
        ("by", "ada"),
        ("next", [{"starts": "2026-12-01T12:00:00Z", "ends": "2026-12-01T13:00:00Z"}]),
    ]


def test_a_rule_of_the_config_is_nobody_s() -> None:
    assert rule_document(COMPACTION, [])["by"] is None


@pytest.mark.parametrize(
    ("length", "text"),
    [(0, "0d"), (HOUR, "1h"), (25 * HOUR, "25h"), (90 * SECOND, "90s"), (14 * DAY, "14d"), (1_500, "1500ms")],
)
def test_a_duration_is_told_in_the_largest_unit_that_measures_it(length: Duration, text: str) -> None:
    assert rule_document(replace(COMPACTION, notice=length), [])["notice"] == text


def test_an_amendment_is_told_whole() -> None:
    assert list(amendment_document(amendment()).items()) == [
        ("id", "amd_0123456789abcdef"),
        ("component", "api"),
        ("since", "2026-12-01T12:00:00Z"),
        ("until", "2026-12-01T13:00:00Z"),
        ("kind", "false_alarm"),
        ("reason", "It was our own network."),
        ("by", "ada"),
        ("created_at", "2026-12-01T13:00:00Z"),
    ]
