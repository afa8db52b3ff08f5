"""What incidents say, as a person would write it."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.core.draft import Draft
from monitor.core.ids import local_name
from monitor.core.ledger import in_window, trouble_since
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    Health,
    Incident,
    Instant,
    ProbeSetup,
    ProbeState,
    Reason,
    Status,
)

PLACES: dict[Reason, str] = {
    Reason.DNS: "dns",
    Reason.DNS_TIMEOUT: "dns",
    Reason.CONNECT_REFUSED: "connect",
    Reason.CONNECT_TIMEOUT: "connect",
    Reason.UNREACHABLE: "connect",
    Reason.TLS: "tls",
    Reason.TLS_TIMEOUT: "tls",
    Reason.TLS_EXPIRED: "tls",
    Reason.TLS_NOT_YET_VALID: "tls",
    Reason.TLS_HOSTNAME: "tls",
    Reason.TLS_UNTRUSTED: "tls",
    Reason.CERTIFICATE_EXPIRING: "tls",
    Reason.TIMEOUT_HEADERS: "headers",
    Reason.RESET: "headers",
    Reason.PROTOCOL: "headers",
    Reason.REDIRECTS: "headers",
    Reason.REDIRECT_REFUSED: "headers",
    Reason.TIMEOUT_BODY: "body",
    Reason.TRUNCATED: "body",
    Reason.TOO_LARGE: "body",
    Reason.HTTP_STATUS: "assertion",
    Reason.HEADER: "assertion",
    Reason.BODY: "assertion",
    Reason.JSON: "assertion",
}

TROUBLES = {
    Status.DEGRADED: "is slower than it should be",
    Status.PARTIAL_OUTAGE: "fails in part",
    Status.MAJOR_OUTAGE: "is down",
}


def title(draft: Draft, component: str, status: Status) -> str:
    """Of an incident whose cause is that component, at its worst."""
    name = draft.name(component)
    if status is Status.MAJOR_OUTAGE:
        return f"{name} outage"
    if status is Status.PARTIAL_OUTAGE:
        return f"Partial outage of {name}"
    expires = _certificate_expiry(draft, component)
    if expires is not None:
        return f"{name} certificate expires {_in_days(expires - draft.at)}"
    return f"Elevated {name} latency"


def seen(draft: Draft, component: str) -> str:
    """What is wrong with a component, since when, and what its probes saw."""
    state = draft.component(component)
    trouble = TROUBLES.get(state.status, "is in trouble")
    sentences = [f"{draft.name(component)} {trouble} since {clock_time(trouble_since(state.tail), draft.at)}."]
    sentences += [_witness(setup, probe) for setup, probe in troubled_probes(draft, component)]
    sentences += [f"{name} is under maintenance." for name in _under_maintenance(draft, component)]
    return " ".join(sentences)


def joined(draft: Draft, component: str) -> str:
    return f"{draft.name(component)} is affected too. {seen(draft, component)}"


def explains(draft: Draft, cause: str, incident: Incident) -> str:
    others = listed([draft.name(component) for component in incident.components if component != cause])
    return f"{draft.name(cause)} is failing and explains the trouble of {others}. {seen(draft, cause)}"


def cause_moved(draft: Draft, was: str, now: str) -> str:
    return f"{draft.name(was)} works again. {seen(draft, now)}"


def identified(draft: Draft, component: str, reason: Reason) -> str:
    causes = {
        Reason.CONNECT_REFUSED: "it refuses connections",
        Reason.DNS: "its name does not resolve",
        Reason.TLS_EXPIRED: "its certificate has expired",
        Reason.TLS_HOSTNAME: "its certificate is for another host",
        Reason.TLS_UNTRUSTED: "its certificate is not trusted",
        Reason.AUTH: "it does not accept our credentials",
    }
    return f"The cause is identified: every failed check of {draft.name(component)} says that {causes[reason]}."


def recovered(draft: Draft, incident: Incident, stable_for: Duration) -> str:
    names = [draft.name(component) for component in incident.components]
    verb = "passes" if len(names) == 1 else "pass"
    return f"{listed(names)} {verb} all checks again. Resolved once stable for {spoken(stable_for)}."


def resolved(incident: Incident, at: Instant) -> str:
    ended = incident.ended_at if incident.ended_at is not None else incident.started_at
    lasted = max(ended - incident.started_at, 0)
    return f"All checks stayed well. The trouble lasted {spoken(lasted)}, until {clock_time(ended, at)}."


def removed(name: str, last: bool) -> str:
    return f"{name} is no longer monitored{', which ends this incident' if last else ''}."


def no_beat(draft: Draft, setup: ProbeSetup) -> str:
    """Of a heartbeat that was due."""
    last = draft.board.latest[setup.id].at
    late = f", and may be {spoken(setup.grace)} late" if setup.grace else ""
    state = draft.probe(setup.id)
    deaf = "; one may have come while we did not listen, so we waited for another" if state and state.deaf else ""
    return f"no beat since {clock_time(last, draft.at)}; it is due every {spoken(setup.interval)}{late}{deaf}"


def troubled_probes(draft: Draft, component: str) -> list[tuple[ProbeSetup, ProbeState]]:
    """Those that are down or, if none is, slow."""
    states = [(setup, draft.probe(setup.id)) for setup in draft.component_setup(component).probes]
    for health in (Health.DOWN, Health.SLOW):
        found = [(setup, state) for setup, state in states if state is not None and state.effective is health]
        if found:
            return found
    return []


def clock_time(at: Instant, now: Instant) -> str:
    """In UTC, with the date when it is not today's."""
    then, today = datetime.fromtimestamp(at // SECOND, UTC), datetime.fromtimestamp(now // SECOND, UTC).date()
    return f"{then:%H:%M:%S} UTC" if then.date() == today else f"{then:%Y-%m-%d %H:%M:%S} UTC"


def spoken(duration: Duration) -> str:
    """A duration in its two largest units: "2 min", "1 h 5 min", "45 s"."""
    parts = []
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND)):
        count, duration = divmod(duration, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "less than 1 s"


def listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _witness(setup: ProbeSetup, state: ProbeState) -> str:
    reason = state.reasons[-1] if state.reasons else None
    where = f" ({PLACES[reason]})" if reason in PLACES else ""
    return f"Check {local_name(setup.id)}{where}: {state.detail or reason or 'no detail'}."


def _certificate_expiry(draft: Draft, component: str) -> Instant | None:
    for _, state in troubled_probes(draft, component):
        if state.reasons == (Reason.CERTIFICATE_EXPIRING,) and state.certificate_expires is not None:
            return state.certificate_expires
    return None


def _in_days(left: Duration) -> str:
    days = left // DAY
    return "today" if days < 1 else "in 1 day" if days == 1 else f"in {days} days"


def _under_maintenance(draft: Draft, component: str) -> list[str]:
    return [
        draft.name(dependency)
        for dependency in sorted(draft.board.dependencies(component))
        if in_window(draft.windows_of(dependency), draft.at)
    ]


def changed(before: Incident, after: Incident) -> str:
    """What somebody changed who said nothing else."""
    said = [
        f"This is now called “{after.title}”." if after.title != before.title else "",
        f"Its impact is now {after.impact}." if after.impact is not before.impact else "",
        f"It is now {after.status}." if after.status is not before.status else "",
        "Somebody looks after it." if after.held and not before.held and after.open else "",
        "It ends by itself once all is well." if before.held and not after.held and after.open else "",
    ]
    return " ".join(filter(None, said)) or "Nothing new."
