"""A quarter of a year of a company with six components: an open incident, twenty that are over, and maintenance."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from exporter.sources import Page, Sources
from exporter.stream.stream import Stream
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    AmendmentKind,
    ComponentState,
    Duration,
    Health,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Phases,
    Span,
    Status,
    Update,
    Verdict,
    Window,
)
from monitor.core.sketch import Sketch, Slot
from tests.builders import NOON, amendment, component_setup, incident, probe_state, result, setup
from tests.exporter.fakes import FakeHistory, sources

NAMES = {
    "api": ("API", "Core valuation API"),
    "dashboard": ("Dashboard", "Web console"),
    "webhooks": ("Webhooks", "Event delivery"),
    "batch": ("Batch Processing", "Bulk operations"),
    "auth": ("Authentication", "OAuth & API keys"),
    "cdn": ("CDN", "Edge caching"),
}
IMPACTS = {
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
}
TITLES = {
    Status.DEGRADED: "Elevated {} latency",
    Status.PARTIAL_OUTAGE: "Partial outage of {}",
    Status.MAJOR_OUTAGE: "{} outage",
}

# Component, days ago, how long it lasted, and what it was; newest first.
PAST: tuple[tuple[str, float, Duration, Status], ...] = (
    ("webhooks", 1.2, 18 * MINUTE, Status.DEGRADED),
    ("api", 4.4, 6 * MINUTE, Status.MAJOR_OUTAGE),
    ("dashboard", 4.41, 7 * MINUTE, Status.PARTIAL_OUTAGE),
    ("cdn", 9.7, 52 * MINUTE, Status.DEGRADED),
    *((tuple(NAMES)[number % 6], 13.3 + 4.5 * number, (number + 1) * 3 * MINUTE, tuple(IMPACTS)[number % 3])
      for number in range(16)),
)  # fmt: skip

OPEN = incident(
    "inc_7f3b1c9e2d4a6058",
    component="batch",
    status=IncidentStatus.IDENTIFIED,
    created_at=NOON - 34 * MINUTE,
    title="Partial outage of Batch Processing",
    impact=Impact.MAJOR,
    worst={"batch": Status.PARTIAL_OUTAGE},
    updates=(
        Update(
            IncidentStatus.INVESTIGATING,
            "Batch Processing fails in part since 11:25:20 UTC. Check jobs (assertion): HTTP 503 instead of 2xx.",
            NOON - 34 * MINUTE,
        ),
        Update(
            IncidentStatus.IDENTIFIED,
            "A deployment at 11:20 left one of four workers without credentials. We are rolling it back.",
            NOON - 21 * MINUTE,
            "Ada",
        ),
    ),
)

WINDOWS = (
    Window(
        id="mnt_running",
        title="Cache nodes are replaced",
        components=("cdn",),
        starts=NOON - HOUR,
        ends=NOON + 2 * HOUR,
    ),
    Window(
        id="mnt_coming",
        title="Database upgrade",
        components=("api", "batch"),
        starts=NOON + 2 * DAY,
        ends=NOON + 2 * DAY + HOUR,
        stops=True,
    ),
)

OVER = Window(
    id="mnt_over",
    title="Certificates are renewed",
    components=("auth",),
    starts=NOON - 2 * DAY,
    ends=NOON - 2 * DAY + HOUR,
)

STATUSES = {"batch": Status.PARTIAL_OUTAGE, "cdn": Status.MAINTENANCE}


class DayOfLatencies(FakeHistory):
    """Has a slot for each quarter of an hour, without writing down each run."""

    async def latency_slots(self, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
        random = Random(component)
        return [
            _slot(random, begins, _usual(component) * (1.6 if NOON - 4 * HOUR < begins < NOON - 2 * HOUR else 1.0))
            for begins in range(since, until, width)
            if not NOON - 8 * HOUR < begins < NOON - 7 * HOUR
        ]


def past_incidents() -> list[Incident]:
    return [_over(*happened, number) for number, happened in enumerate(PAST)]


def story(*, page: Page | None = None, ping_every: float = 60.0) -> Sources:
    """All of it, as it is told at noon."""
    components = tuple(
        replace(component_setup(id_, name=name), description=text) for id_, (name, text) in NAMES.items()
    )
    states = {
        id_: ComponentState(status=STATUSES.get(id_, Status.OPERATIONAL), decided=NOON - 34 * MINUTE) for id_ in NAMES
    }
    probes = {f"{id_}/health": probe_state(Health.UP) for id_ in NAMES} | {"batch/health": probe_state(Health.DOWN)}
    latest = {probe: result(probe, started=NOON - 20 * SECOND) for probe in probes}
    latest["batch/health"] = result("batch/health", Verdict.FAIL, started=NOON - 20 * SECOND)
    board = Board(
        setup=setup(*components, windows=WINDOWS),
        components=states,
        probes=probes,
        latest=latest,
        incidents=[OPEN],
        at=NOON,
    )
    history = DayOfLatencies(
        ledgers={id_: _ledger(id_) for id_ in NAMES},
        runs={id_: [(NOON - 10 * SECOND, _usual(id_))] for id_ in NAMES},
        known=[OPEN, *past_incidents()],
        amended=[
            amendment(component="cdn", since=NOON - 40 * DAY, until=NOON - 39 * DAY, kind=AmendmentKind.FALSE_ALARM)
        ],
        planned=[*WINDOWS, OVER],
    )
    stream = Stream(history, board.component_setup, 10, ping_every=ping_every)
    return sources(board, history, page=page or Page("JustKalm", "https://status.justkalm.com"), stream=stream)


def _over(component: str, days_ago: float, lasted: Duration, status: Status, number: int) -> Incident:
    began = NOON - round(days_ago * DAY)
    name = NAMES[component][0]
    return incident(
        f"inc_{number:016x}",
        component=component,
        status=IncidentStatus.RESOLVED,
        created_at=began + 40 * SECOND,
        started_at=began,
        ended_at=began + lasted,
        resolved_at=began + lasted + 2 * MINUTE,
        title=TITLES[status].format(name),
        impact=IMPACTS[status],
        worst={component: status},
        updates=(
            Update(IncidentStatus.INVESTIGATING, f"{name} is in trouble.", began + 40 * SECOND),
            Update(IncidentStatus.MONITORING, f"{name} passes all checks again.", began + lasted),
            Update(
                IncidentStatus.RESOLVED,
                f"All checks stayed well. The trouble lasted {lasted // MINUTE} min.",
                began + lasted + 2 * MINUTE,
            ),
        ),
    )


def _ledger(component: str) -> list[Span]:
    spans = [Span(NOON - 83 * DAY, Status.OPERATIONAL)]
    for name, days_ago, lasted, status in reversed(PAST):
        if name == component:
            began = NOON - round(days_ago * DAY)
            spans += [Span(began, status), Span(began + lasted, Status.OPERATIONAL)]
    spans += [Span(NOON - 25 * DAY, Status.UNKNOWN), Span(NOON - 24 * DAY + 20 * HOUR, Status.OPERATIONAL)]
    if component in STATUSES:
        spans.append(Span(NOON - 35 * MINUTE, STATUSES[component]))
    return sorted(spans, key=lambda span: span.since)


def _usual(component: str) -> int:
    """Its latency in µs."""
    return Random(component).randrange(40_000, 180_000)


def _slot(random: Random, begins: Instant, latency: float) -> Slot:
    bounds = ((0.02, 0.05), (0.08, 0.1), (0.15, 0.2), (0.5, 0.7), (0.05, 0.1))
    shares = [random.uniform(low, high) for low, high in bounds]
    runs = [latency * random.lognormvariate(0, 0.18) for _ in range(30)]
    return Slot(begins, Sketch.of(Phases(*(round(run * share) for share in shares)) for run in runs))
