"""Incidents: what opens, joins, explains, reopens and ends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.core import wording
from monitor.core.draft import Draft
from monitor.core.ids import incident_event_id, incident_id
from monitor.core.ledger import trouble_since
from monitor.core.model import (
    MINUTE,
    TROUBLE,
    ComponentState,
    Duration,
    Event,
    EventKind,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Reason,
    Status,
    Update,
)
from monitor.core.status import worst

REOPENS_WITHIN: Duration = 5 * MINUTE
RESTLESS_AFTER = 3  # setbacks …
RESTLESS_WITHIN: Duration = 30 * MINUTE  # … in this time, and an incident resolves only after …
RESTLESS_STABLE: Duration = 10 * MINUTE

IMPACTS: Mapping[Status, Impact] = {
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
}
TELLING_REASONS = frozenset(
    {
        Reason.CONNECT_REFUSED,
        Reason.DNS,
        Reason.TLS_EXPIRED,
        Reason.TLS_HOSTNAME,
        Reason.TLS_UNTRUSTED,
        Reason.AUTH,
    }
)


def follow(draft: Draft, component: str, was: ComponentState) -> None:
    """Let incidents follow what became of a component."""
    now = draft.component(component)
    if now.status in TROUBLE:
        if now.status is not was.status:
            _trouble(draft, component)
    elif incident := _of(draft, component):
        _relief(draft, incident)


def resolve(draft: Draft, incident: Incident) -> None:
    """The incident stayed well for as long as it had to."""
    ended = replace(incident, resolved_at=draft.at, resolve_at=None, reopen_until=draft.at + REOPENS_WITHIN)
    _enter(draft, ended, IncidentStatus.RESOLVED, wording.resolved(incident))


def remove(draft: Draft, component: str) -> None:
    """A component is watched no more: it leaves its incident, and the last to leave ends it."""
    incident = _of(draft, component)
    if incident is None:
        return
    left = tuple(name for name in incident.components if name != component)
    message = wording.removed(draft.name(component), last=not left)
    if not left:
        ended = replace(incident, resolved_at=draft.at, ended_at=draft.at, resolve_at=None)
        _enter(draft, ended, IncidentStatus.RESOLVED, message)
        return
    remaining = _retitled(draft, _with_cause(draft, replace(incident, components=left)))
    _relief(draft, _enter(draft, remaining, incident.status, message))


def rest(draft: Draft, gap: Duration) -> None:
    """We did not watch for a while: deadlines that measure watching, and are not yet past, move on."""
    for incident in draft.known_incidents():
        if incident.resolve_at is not None:
            draft.put_incident(replace(incident, resolve_at=incident.resolve_at + gap))
        elif incident.reopen_until is not None and incident.reopen_until >= draft.at:
            draft.put_incident(replace(incident, reopen_until=incident.reopen_until + gap))


# ── trouble ──────────────────────────────────────────────────────────────────────────────────────────


def _trouble(draft: Draft, component: str) -> None:
    """A component became troubled, or its trouble another."""
    explained = _explained_with(draft, component)
    if explained:
        oldest, *others = explained
        _worsen(draft, _absorbed(draft, oldest, others), component)
        return
    since = trouble_since(draft.component(component).tail)
    before = _reopenable(draft, component, since)
    if before is not None:
        _reopen(draft, before, component)
    else:
        _open(draft, component, since)


def _explained_with(draft: Draft, component: str) -> list[Incident]:
    """The open incidents that are one with this trouble, oldest first."""
    own = _of(draft, component)
    one = [own] if own else []
    above = _above(draft, component)
    if above is not None and (own is None or own.cause == component):
        one.append(above)
    one += [
        incident
        for incident in draft.open_incidents()
        if incident.status is not IncidentStatus.MONITORING and component in draft.board.dependencies(incident.cause)
    ]
    return sorted({incident.id: incident for incident in one}.values(), key=lambda i: (i.created_at, i.id))


def _above(draft: Draft, component: str) -> Incident | None:
    """The oldest open incident of a troubled component on which this one depends."""
    troubled = {
        dependency
        for dependency in draft.board.dependencies(component)
        if draft.component(dependency).status in TROUBLE
    }
    return next((i for i in draft.open_incidents() if troubled.intersection(i.components)), None)


def _open(draft: Draft, component: str, since: Instant) -> None:
    status = draft.component(component).status
    incident = Incident(
        id=incident_id(component, since),
        title=wording.title(draft, component, status),
        status=IncidentStatus.INVESTIGATING,
        impact=IMPACTS[status],
        created_at=draft.at,
        started_at=since,
        components=(component,),
        cause=component,
        worst={component: status},
    )
    opened = _enter(draft, incident, IncidentStatus.INVESTIGATING, wording.seen(draft, component))
    _identify(draft, opened)


def _reopen(draft: Draft, incident: Incident, component: str) -> None:
    elsewhere = {name for other in draft.open_incidents() for name in other.components}
    back = replace(
        incident,
        components=tuple(
            name
            for name in incident.components
            if name not in elsewhere and draft.board.component_setup(name) is not None
        ),
        resolved_at=None,
        ended_at=None,
        reopen_until=None,
        setbacks=(*incident.setbacks, draft.at),
        reopened=incident.reopened + 1,
    )
    worsened = _retitled(draft, _with_cause(draft, _with_worst(draft, back, component)))
    message = f"Reopened: {wording.seen(draft, component)}"
    _identify(draft, _enter(draft, worsened, IncidentStatus.INVESTIGATING, message))


def _worsen(draft: Draft, incident: Incident, component: str) -> None:
    """Take a component's trouble into an open incident; say so only if that changes what people are told."""
    before = draft.incident(incident.id)
    returned = before.status is IncidentStatus.MONITORING
    if component not in incident.components:
        incident = replace(incident, components=(*incident.components, component))
    if returned:
        incident = replace(incident, setbacks=(*incident.setbacks, draft.at), resolve_at=None, ended_at=None)
    after = _retitled(draft, _with_cause(draft, _with_worst(draft, incident, component)))
    status = IncidentStatus.INVESTIGATING if returned else before.status
    explained = after.cause != before.cause and after.cause in draft.board.dependencies(before.cause)
    if explained:
        message, status = wording.explains(draft, after.cause, after), IncidentStatus.IDENTIFIED
    elif component not in before.components:
        message = wording.joined(draft, component)
    else:
        message = wording.seen(draft, component)
    if not returned and _told(after) == _told(before):
        draft.put_incident(after)
        return
    entered = _enter(draft, after, status, message)
    if returned and not explained:
        _identify(draft, entered)


def _absorbed(draft: Draft, incident: Incident, others: Iterable[Incident]) -> Incident:
    """The incident with all that the others hold; they end here and now."""
    for other in others:
        components = dict.fromkeys((*incident.components, *other.components))
        incident = replace(incident, components=tuple(components), worst={**other.worst, **incident.worst})
        merged = replace(other, merged_into=incident.id, resolved_at=draft.at, ended_at=draft.at, resolve_at=None)
        _enter(draft, merged, IncidentStatus.RESOLVED, f"Merged into {incident.title} ({incident.id}).")
    return incident


def _identify(draft: Draft, incident: Incident) -> None:
    """Say that the cause is known, when all failed runs agree on one that tells."""
    witnesses = wording.troubled_probes(draft, incident.cause)
    reasons = {state.reasons for _, state in witnesses}
    if len(reasons) != 1:
        return
    (shared,) = reasons
    if len(shared) == 1 and shared[0] in TELLING_REASONS:
        message = wording.identified(draft, incident.cause, shared[0])
        _enter(draft, incident, IncidentStatus.IDENTIFIED, message)


# ── relief ───────────────────────────────────────────────────────────────────────────────────────────


def _relief(draft: Draft, incident: Incident) -> None:
    """A component of the incident is troubled no more, or less clearly so."""
    well = all(_passes(draft, component) for component in incident.components)
    if incident.status is IncidentStatus.MONITORING:
        resolve_at = incident.resolve_at or draft.at + stable_for(draft, incident)
        draft.put_incident(replace(incident, resolve_at=resolve_at if well else None))
    elif well:
        _monitor(draft, incident)
    elif (moved := _with_cause(draft, incident)).cause != incident.cause:
        message = wording.cause_moved(draft, incident.cause, moved.cause)
        _enter(draft, _retitled(draft, moved), incident.status, message)


def _monitor(draft: Draft, incident: Incident) -> None:
    stable = stable_for(draft, incident)
    ended = max(draft.component(component).since for component in incident.components)
    watched = replace(incident, resolve_at=draft.at + stable, ended_at=max(ended, incident.started_at))
    _enter(draft, watched, IncidentStatus.MONITORING, wording.recovered(draft, incident, stable))


def stable_for(draft: Draft, incident: Incident) -> Duration:
    """How long all must be well before the incident is resolved."""
    recent = sum(setback > draft.at - RESTLESS_WITHIN for setback in incident.setbacks)
    resolve_after = draft.board.setup.resolve_after
    return max(resolve_after, RESTLESS_STABLE) if recent >= RESTLESS_AFTER else resolve_after


def _passes(draft: Draft, component: str) -> bool:
    state = draft.component(component)
    return state.beneath is Status.OPERATIONAL and state.status not in TROUBLE


# ── an incident's parts ──────────────────────────────────────────────────────────────────────────────


def _of(draft: Draft, component: str) -> Incident | None:
    """The open incident that holds the component; there is at most one."""
    return next((incident for incident in draft.open_incidents() if component in incident.components), None)


def _reopenable(draft: Draft, component: str, since: Instant) -> Incident | None:
    ended = [
        incident
        for incident in draft.known_incidents()
        if not incident.open
        and component in incident.components
        and incident.reopen_until is not None
        and since <= incident.reopen_until
    ]
    return max(ended, key=lambda incident: incident.resolved_at or 0, default=None)


def _with_worst(draft: Draft, incident: Incident, component: str) -> Incident:
    """The worst of each component, and the impact that follows; neither ever sinks."""
    status = draft.component(component).status
    known = incident.worst.get(component, status)
    return _with_impact(replace(incident, worst={**incident.worst, component: worst((known, status))}))


def _with_impact(incident: Incident) -> Incident:
    impacts = [incident.impact, *(IMPACTS[status] for status in incident.worst.values())]
    return replace(incident, impact=max(impacts, key=list(Impact).index))


def _with_cause(draft: Draft, incident: Incident) -> Incident:
    """The cause stays while it is troubled and nothing troubled explains it; else it is the first such component."""
    troubled = [name for name in incident.components if draft.component(name).status in TROUBLE]
    roots = [name for name in troubled if not draft.board.dependencies(name).intersection(troubled)]
    if incident.cause in roots or not (roots or incident.cause not in incident.components):
        return incident
    return replace(incident, cause=(roots or incident.components)[0])


def _retitled(draft: Draft, incident: Incident) -> Incident:
    """The title speaks of the cause at its worst."""
    status = incident.worst.get(incident.cause)
    if status is None:
        return incident
    return replace(incident, title=wording.title(draft, incident.cause, status))


def _told(incident: Incident) -> tuple[object, ...]:
    """What people are told of an incident beside its timeline."""
    return incident.status, incident.title, incident.impact, incident.components


def _enter(draft: Draft, incident: Incident, status: IncidentStatus, message: str) -> Incident:
    """One more entry in the timeline, and the one event that it gives."""
    entered = replace(incident, status=status, updates=(*incident.updates, Update(status, message, draft.at)))
    draft.put_incident(entered)
    ordinal = len(entered.updates) - 1
    kind = _kind(ordinal, status)
    draft.events.append(Event(incident_event_id(entered.id, ordinal, kind), kind, draft.at, entered))
    return entered


def _kind(ordinal: int, status: IncidentStatus) -> EventKind:
    if ordinal == 0:
        return EventKind.INCIDENT_CREATED
    return EventKind.INCIDENT_RESOLVED if status is IncidentStatus.RESOLVED else EventKind.INCIDENT_UPDATED
