"""An incident's parts: its components, cause, impact, title and timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.core import wording
from monitor.core.draft import Draft
from monitor.core.ids import entry_kind, incident_event_id
from monitor.core.model import TROUBLE, Event, Health, Impact, Incident, IncidentStatus, Status, Update
from monitor.core.status import worst

IMPACTS: Mapping[Status, Impact] = {
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
}


def of(draft: Draft, component: str) -> Incident | None:
    """The open incident that holds the component; there is at most one."""
    return next((incident for incident in draft.open_incidents() if component in incident.components), None)


def gathered(incident: Incident, others: Iterable[Incident]) -> Incident:
    """The incident with all that the others hold."""
    for other in others:
        components = tuple(dict.fromkeys((*incident.components, *other.components)))
        incident = replace(incident, components=components, worst={**other.worst, **incident.worst})
    return incident


def with_worst(draft: Draft, incident: Incident, component: str) -> Incident:
    """The worst of each component, and the impact that follows; neither ever sinks."""
    status = draft.component(component).status
    known = incident.worst.get(component, status)
    return with_impact(replace(incident, worst={**incident.worst, component: worst((known, status))}))


def with_impact(incident: Incident) -> Incident:
    """As grave as the worst in it, unless a person said how grave it is."""
    if incident.own_impact:
        return incident
    impacts = [incident.impact, *(IMPACTS[status] for status in incident.worst.values())]
    return replace(incident, impact=max(impacts, key=list(Impact).index))


def with_cause(draft: Draft, incident: Incident) -> Incident:
    """The cause stays until it is over or something troubled explains it; then it is the first component left."""
    troubled = [name for name in incident.components if draft.component(name).status in TROUBLE]
    roots = [name for name in troubled if not draft.board.dependencies(name).intersection(troubled)]
    if incident.cause in incident.components:
        explained = draft.board.dependencies(incident.cause).intersection(troubled)
        if not roots or not (explained or passes(draft, incident.cause)):
            return incident
    return replace(incident, cause=(roots or incident.components)[0])


def retitled(draft: Draft, incident: Incident) -> Incident:
    """The title speaks of the cause at its worst."""
    status = incident.worst.get(incident.cause)
    if status is None or incident.own_title:
        return incident
    return replace(incident, title=wording.title(draft, incident.cause, status))


def told(incident: Incident) -> tuple[object, ...]:
    """What people are told of an incident beside its timeline."""
    return incident.status, incident.title, incident.impact, incident.components


def enter(draft: Draft, incident: Incident, status: IncidentStatus, message: str, by: str = "") -> Incident:
    """One more entry in the timeline, and the one event that it gives."""
    entered = replace(incident, status=status, updates=(*incident.updates, Update(status, message, draft.at, by)))
    draft.put_incident(entered)
    ordinal = len(entered.updates) - 1
    kind = entry_kind(entered.updates, ordinal)
    draft.events.append(Event(incident_event_id(entered.id, ordinal, kind), kind, draft.at, entered))
    return entered


def end_merged(draft: Draft, incident: Incident, into: Incident) -> None:
    ended = replace(incident, merged_into=into.id, resolved_at=draft.at, ended_at=draft.at, resolve_at=None)
    enter(draft, ended, IncidentStatus.RESOLVED, f"Merged into {into.title} ({into.id}).")


def passes(draft: Draft, component: str) -> bool:
    """Whether all its checks pass; one that is unknown, and was not well before, does not."""
    state = draft.component(component)
    probes = (draft.probe(probe.id) for probe in draft.component_setup(component).probes)
    hidden = any(probe.blind and probe.health in (Health.SLOW, Health.DOWN) for probe in probes if probe)
    return state.beneath is Status.OPERATIONAL and state.status not in TROUBLE and not hidden
