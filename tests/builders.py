"""Nouns with dull defaults: a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.core.model import (
    HOUR,
    SECOND,
    Amendment,
    AmendmentKind,
    ComponentSetup,
    Duration,
    Health,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Phases,
    ProbeSetup,
    ProbeState,
    Reason,
    Result,
    Setup,
    Status,
    Stretch,
    Update,
    Verdict,
    Window,
)

NOON: Instant = 1_796_126_400_000  # 2026-12-01T12:00:00Z, a Tuesday

REASONS = {
    Verdict.PASS: None,
    Verdict.SLOW: Reason.LATENCY,
    Verdict.FAIL: Reason.HTTP_STATUS,
    Verdict.UNKNOWN: Reason.BUG,
}


def probe_setup(id: str = "api/health", **changes: object) -> ProbeSetup:  # noqa: A002
    defaults: dict[str, object] = {
        "interval": 30 * SECOND,
        "failure_threshold": 3,
        "success_threshold": 2,
        "recheck_interval": 5 * SECOND,
        "fingerprint": "f",
    }
    return ProbeSetup(id=id, **(defaults | changes))  # type: ignore[arg-type]


def component_setup(
    id: str = "api",  # noqa: A002
    *,
    name: str = "",
    probes: tuple[ProbeSetup, ...] | None = None,
    depends_on: tuple[str, ...] = (),
    objective: float | None = None,
) -> ComponentSetup:
    return ComponentSetup(
        id=id,
        name=name or {"api": "API", "auth": "Authentication", "cdn": "CDN"}.get(id, id.title()),
        description="",
        depends_on=depends_on,
        probes=(probe_setup(f"{id}/health"),) if probes is None else probes,
        objective=objective,
    )


def setup(
    *components: ComponentSetup, windows: tuple[Window, ...] = (), resolve_after: Duration = 120 * SECOND
) -> Setup:
    return Setup(components=components or (component_setup(),), windows=windows, resolve_after=resolve_after)


def result(
    probe: str = "api/health",
    verdict: Verdict = Verdict.PASS,
    *,
    started: Instant = NOON,
    took: Duration = 100,
    reason: Reason | None = None,
    phases: Phases | None = None,
    http_status: int | None = 200,
    detail: str = "",
    evidence: Mapping[str, str] | None = None,
) -> Result:
    return Result(
        probe=probe,
        started=started,
        at=started + took,
        verdict=verdict,
        reason=reason or REASONS[verdict],
        phases=phases or Phases(resolve=1_000, connect=2_000, tls=3_000, processing=90_000, transfer=4_000),
        http_status=http_status,
        detail=detail,
        evidence=evidence or {},
    )


def probe_state(health: Health = Health.UP, *, since: Instant = NOON, blind: bool = False) -> ProbeState:
    return ProbeState(track=(Stretch(since, health, blind),))


def incident(
    id: str = "inc_0123456789abcdef",  # noqa: A002
    *,
    component: str = "api",
    status: IncidentStatus = IncidentStatus.INVESTIGATING,
    created_at: Instant = NOON,
    resolved_at: Instant | None = None,
    **changes: object,
) -> Incident:
    defaults: dict[str, object] = {
        "title": "API outage",
        "impact": Impact.CRITICAL,
        "started_at": created_at - 40 * SECOND,
        "ended_at": resolved_at,
        "components": (component,),
        "cause": component,
        "worst": {component: Status.MAJOR_OUTAGE},
        "updates": (Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", created_at),),
    }
    return Incident(
        id=id,
        status=status,
        created_at=created_at,
        resolved_at=resolved_at,
        **(defaults | changes),  # type: ignore[arg-type]
    )


def amendment(
    id: str = "amd_0123456789abcdef",  # noqa: A002
    *,
    component: str = "api",
    since: Instant = NOON,
    until: Instant = NOON + HOUR,
    kind: AmendmentKind = AmendmentKind.FALSE_ALARM,
) -> Amendment:
    return Amendment(
        id=id,
        component=component,
        since=since,
        until=until,
        kind=kind,
        reason="It was our own network.",
        by="ada",
        at=NOON + HOUR,
    )
