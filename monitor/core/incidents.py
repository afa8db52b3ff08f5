"""Incidents: what opens, joins, explains, reopens and ends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.core import wording
from monitor.core.draft import Draft
from monitor.core.ids import entry_kind, incident_event_id, incident_id, reported_id
from monitor.core.ledger import trouble_since
from monitor.core.model import (
    MINUTE,
    TROUBLE,
    ComponentState,
    Duration,
    Event,
    Explained,
    Health,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Reason,
    Reported,
    Status,
    Update,
    Written,
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
            _take_in(draft, component)
    elif incident := of(draft, component):
        if was.told in TROUBLE and now.told not in TROUBLE:
            relieved_at = max(incident.relieved_at or incident.started_at, now.since)
            incident = replace(incident, relieved_at=relieved_at)
            draft.put_incident(incident)
        _relieve(draft, incident)


def resolve(draft: Draft, incident: Incident) -> None:
    """The incident stayed well for as long as it had to."""
    ended = replace(incident, resolved_at=draft.at, resolve_at=None, reopen_until=draft.at + REOPENS_WITHIN)
    _enter(draft, ended, IncidentStatus.RESOLVED, wording.resolved(incident, draft.at))


def report(draft: Draft, reported: Reported) -> None:
    """Somebody opens an incident; what the machine says of its components becomes part of it."""
    known = [name for name in reported.components if draft.board.component_setup(name) is not None]
    held = [incident for name in known if (incident := of(draft, name))]
    if not known or any(incident.held for incident in held):
        return
    incident = Incident(
        id=reported_id(known[0], reported.by, draft.at),
        title=reported.title,
        status=reported.status,
        impact=reported.impact,
        created_at=draft.at,
        started_at=min([draft.at, *(incident.started_at for incident in held)]),
        components=tuple(known),
        cause=known[0],
        by=reported.by,
        held=True,
        own_title=True,
        own_impact=True,
    )
    others = {other.id: other for other in held}.values()
    gathered = _gathered(incident, others)
    for other in others:
        _end_merged(draft, other, gathered)
    _enter(draft, gathered, reported.status, reported.message, reported.by)


def write(draft: Draft, written: Written) -> None:
    """Somebody says more of an open incident. A status that a person gave is theirs, so it is held from then on."""
    incident = draft.known_incident(written.incident)
    if incident is None or not incident.open:
        return
    status = written.status or incident.status
    after = replace(
        incident,
        title=incident.title if written.title is None else written.title,
        impact=incident.impact if written.impact is None else written.impact,
        own_title=incident.own_title or written.title is not None,
        own_impact=incident.own_impact or written.impact is not None,
        held=_held(incident, written),
        resolve_at=None,
    )
    if status is IncidentStatus.RESOLVED:
        ended = draft.at if incident.ended_at is None else incident.ended_at
        after = replace(after, resolved_at=draft.at, ended_at=ended, reopen_until=None)
    message = written.message or wording.changed(incident, replace(after, status=status))
    entered = _enter(draft, after, status, message, written.by)
    if entered.open and not entered.held:
        _relieve(draft, entered)


def _held(incident: Incident, written: Written) -> bool:
    if written.hold is not None:
        return written.hold or bool(incident.by)
    return incident.held or written.status is not None


def explain(draft: Draft, explained: Explained) -> None:
    """Somebody writes down what was learned of an incident that is over."""
    incident = draft.known_incident(explained.incident.id) or explained.incident
    if not incident.open:
        after = replace(incident, postmortem=explained.text)
        _enter(draft, after, incident.status, explained.text, explained.by)


def remove(draft: Draft, component: str) -> None:
    """A component is watched no more: it leaves its incident, and the last to leave ends it."""
    incident = of(draft, component)
    if incident is None:
        return
    left = tuple(name for name in incident.components if name != component)
    message = wording.removed(draft.name(component), last=not left)
    if not left:
        ended = replace(incident, resolved_at=draft.at, ended_at=draft.at, resolve_at=None)
        _enter(draft, ended, IncidentStatus.RESOLVED, message)
        return
    remaining = _retitled(draft, _with_cause(draft, replace(incident, components=left)))
    _relieve(draft, _enter(draft, remaining, incident.status, message))


def postpone(draft: Draft, gap: Duration) -> None:
    """We did not watch for a while: deadlines that measure watching, and are not yet past, move on."""
    for incident in draft.known_incidents():
        if incident.resolve_at is not None:
            draft.put_incident(replace(incident, resolve_at=incident.resolve_at + gap))
        elif incident.reopen_until is not None and incident.reopen_until >= draft.at:
            draft.put_incident(replace(incident, reopen_until=incident.reopen_until + gap))


# ── trouble ──────────────────────────────────────────────────────────────────────────────────────────


def _take_in(draft: Draft, component: str) -> None:
    """A component became troubled, or its trouble another: find the incident that this belongs to, or begin one."""
    one = _one_with(draft, component)
    since = trouble_since(draft.component(component).tail)
    if one:
        _worsen(draft, one, component)
    elif before := _reopenable(draft, component, since):
        _reopen(draft, before, component)
    else:
        _open(draft, component, since)


def _one_with(draft: Draft, component: str) -> list[Incident]:
    """The open incidents that are one with this trouble: those that people hold first, then the oldest."""
    own = of(draft, component)
    one = [own] if own else []
    above = _above(draft, component)
    if above is not None and (own is None or own.cause == component):
        one.append(above)
    one += [
        incident
        for incident in draft.open_incidents()
        if incident.status is not IncidentStatus.MONITORING and component in draft.board.dependencies(incident.cause)
    ]
    return sorted({incident.id: incident for incident in one}.values(), key=_rank)


def _above(draft: Draft, component: str) -> Incident | None:
    """The oldest open incident of a troubled component on which this one depends."""
    troubled = {
        dependency
        for dependency in draft.board.dependencies(component)
        if draft.component(dependency).status in TROUBLE
    }
    above = [incident for incident in draft.open_incidents() if troubled.intersection(incident.components)]
    return min(above, key=_age, default=None)


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
    message = f"Reopened: {wording.seen(draft, component)}"
    worsened = _with_trouble(draft, back, component)
    _identify(draft, _enter(draft, worsened, IncidentStatus.INVESTIGATING, message))


def _worsen(draft: Draft, incidents: Sequence[Incident], component: str) -> None:
    """Make these incidents one, which takes the component's trouble in; say so if people were told otherwise."""
    before, *rest = incidents
    others = [other for other in rest if not other.held]  # what people hold is never merged away
    returned = before.status is IncidentStatus.MONITORING and not before.held
    after = _with_trouble(draft, _gathered(before, others), component)
    if returned:
        after = replace(after, setbacks=(*before.setbacks, draft.at), resolve_at=None, ended_at=None)
    for other in others:
        _end_merged(draft, other, after)
    explained = after.cause != before.cause and after.cause in draft.board.dependencies(before.cause)
    if explained and not returned:
        _enter(
            draft,
            after,
            before.status if before.held else IncidentStatus.IDENTIFIED,
            wording.explains(draft, after.cause, after),
        )
    elif returned or _told(after) != _told(before):
        joined = component not in before.components
        message = wording.joined(draft, component) if joined else wording.seen(draft, component)
        entered = _enter(draft, after, IncidentStatus.INVESTIGATING if returned else before.status, message)
        if returned:
            _identify(draft, entered)
    else:
        draft.put_incident(after)


def _with_trouble(draft: Draft, incident: Incident, component: str) -> Incident:
    components = tuple(dict.fromkeys((*incident.components, component)))
    since = min(incident.started_at, trouble_since(draft.component(component).tail))
    taken = _with_worst(draft, replace(incident, components=components, started_at=since), component)
    return _retitled(draft, _with_cause(draft, taken))


def _gathered(incident: Incident, others: Iterable[Incident]) -> Incident:
    """The incident with all that the others hold."""
    for other in others:
        components = tuple(dict.fromkeys((*incident.components, *other.components)))
        incident = replace(incident, components=components, worst={**other.worst, **incident.worst})
    return incident


def _end_merged(draft: Draft, incident: Incident, into: Incident) -> None:
    ended = replace(incident, merged_into=into.id, resolved_at=draft.at, ended_at=draft.at, resolve_at=None)
    _enter(draft, ended, IncidentStatus.RESOLVED, f"Merged into {into.title} ({into.id}).")


def _identify(draft: Draft, incident: Incident) -> None:
    """Say that the cause is known, when all failed runs agree on one that tells."""
    if incident.held:
        return
    witnesses = wording.troubled_probes(draft, incident.cause)
    reasons = {state.reasons for _, state in witnesses}
    if len(reasons) != 1:
        return
    (shared,) = reasons
    if len(shared) == 1 and shared[0] in TELLING_REASONS:
        message = wording.identified(draft, incident.cause, shared[0])
        _enter(draft, incident, IncidentStatus.IDENTIFIED, message)


# ── relief ───────────────────────────────────────────────────────────────────────────────────────────


def _relieve(draft: Draft, incident: Incident) -> None:
    """A component of the incident is troubled no more, or less clearly so."""
    if incident.held:
        return
    well = all(_passes(draft, component) for component in incident.components)
    if incident.status is IncidentStatus.MONITORING:
        resolve_at = incident.resolve_at or draft.at + stable_for(draft, incident)
        draft.put_incident(replace(incident, resolve_at=resolve_at if well else None))
    elif well:
        _monitor(draft, incident)
    elif (moved := _with_cause(draft, incident)).cause != incident.cause:
        _hand_over(draft, incident, _retitled(draft, moved))


def _hand_over(draft: Draft, incident: Incident, moved: Incident) -> None:
    """The cause is over, and the trouble of others is not: it may be one with what troubles elsewhere."""
    message = wording.cause_moved(draft, incident.cause, moved.cause)
    entered = _enter(draft, moved, IncidentStatus.INVESTIGATING, message)
    one = _one_with(draft, moved.cause)
    if len(one) > 1:
        _worsen(draft, one, moved.cause)
    else:
        _identify(draft, entered)


def _monitor(draft: Draft, incident: Incident) -> None:
    stable = stable_for(draft, incident)
    watched = replace(incident, resolve_at=draft.at + stable, ended_at=incident.relieved_at or incident.started_at)
    _enter(draft, watched, IncidentStatus.MONITORING, wording.recovered(draft, incident, stable))


def stable_for(draft: Draft, incident: Incident) -> Duration:
    """How long all must be well before the incident is resolved."""
    recent = sum(setback > draft.at - RESTLESS_WITHIN for setback in incident.setbacks)
    resolve_after = draft.board.setup.resolve_after
    return max(resolve_after, RESTLESS_STABLE) if recent >= RESTLESS_AFTER else resolve_after


def _passes(draft: Draft, component: str) -> bool:
    """Whether all its checks pass; one that is unknown, and was not well before, does not."""
    state = draft.component(component)
    probes = (draft.probe(probe.id) for probe in draft.component_setup(component).probes)
    hidden = any(probe.blind and probe.health in (Health.SLOW, Health.DOWN) for probe in probes if probe)
    return state.beneath is Status.OPERATIONAL and state.status not in TROUBLE and not hidden


# ── an incident's parts ──────────────────────────────────────────────────────────────────────────────


def _age(incident: Incident) -> tuple[Instant, str]:
    return incident.created_at, incident.id


def _rank(incident: Incident) -> tuple[bool, Instant, str]:
    return not incident.held, incident.created_at, incident.id


def of(draft: Draft, component: str) -> Incident | None:
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
    if incident.own_impact:
        return incident
    impacts = [incident.impact, *(IMPACTS[status] for status in incident.worst.values())]
    return replace(incident, impact=max(impacts, key=list(Impact).index))


def _with_cause(draft: Draft, incident: Incident) -> Incident:
    """The cause stays until it is over or something troubled explains it; then it is the first component left."""
    troubled = [name for name in incident.components if draft.component(name).status in TROUBLE]
    roots = [name for name in troubled if not draft.board.dependencies(name).intersection(troubled)]
    if incident.cause in incident.components:
        explained = draft.board.dependencies(incident.cause).intersection(troubled)
        if not roots or not (explained or _passes(draft, incident.cause)):
            return incident
    return replace(incident, cause=(roots or incident.components)[0])


def _retitled(draft: Draft, incident: Incident) -> Incident:
    """The title speaks of the cause at its worst."""
    status = incident.worst.get(incident.cause)
    if status is None or incident.own_title:
        return incident
    return replace(incident, title=wording.title(draft, incident.cause, status))


def _told(incident: Incident) -> tuple[object, ...]:
    """What people are told of an incident beside its timeline."""
    return incident.status, incident.title, incident.impact, incident.components


def _enter(draft: Draft, incident: Incident, status: IncidentStatus, message: str, by: str = "") -> Incident:
    """One more entry in the timeline, and the one event that it gives."""
    entered = replace(incident, status=status, updates=(*incident.updates, Update(status, message, draft.at, by)))
    draft.put_incident(entered)
    ordinal = len(entered.updates) - 1
    kind = entry_kind(entered.updates, ordinal)
    draft.events.append(Event(incident_event_id(entered.id, ordinal, kind), kind, draft.at, entered))
    return entered
