"""Documents, compared whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.documents import component_document, incident_document, probe_document, status_document, timestamp
from exporter.figures import Figures
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    ComponentSetup,
    ComponentState,
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
)
from monitor.core.uptime import WINDOWS, uptime
from tests.builders import NOON, component_setup, incident, probe_setup, result, setup

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
            Update(IncidentStatus.RESOLVED, "Stable for 2 min.", NOON + 45 * MINUTE),
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
                },
                {"status": "resolved", "message": "Stable for 2 min.", "timestamp": "2026-12-01T12:45:00Z"},
            ],
        ),
        ("cause", "api"),
        ("merged_into", None),
        ("reopened", 1),
    ]


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
