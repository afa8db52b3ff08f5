"""Incidents by people: what they report, write and explain. What a person wrote, the machine never overwrites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.core import wording
from monitor.core.draft import Draft
from monitor.core.ids import reported_id
from monitor.core.incidents import relieve
from monitor.core.model import TROUBLE, Explained, Impact, Incident, IncidentStatus, Instant, Reported, Written
from monitor.core.parts import end_merged, enter, gathered, of, with_impact, with_worst


def report(draft: Draft, reported: Reported) -> None:
    """Somebody opens an incident; what the machine says of its components becomes part of it."""
    known = [name for name in dict.fromkeys(reported.components) if draft.board.component_setup(name) is not None]
    before = {incident.id: incident for name in known if (incident := of(draft, name))}.values()
    if not known or any(incident.held for incident in before):
        return
    since = min([draft.at, *(incident.started_at for incident in before)])
    opened = with_impact(gathered(_opened(reported, known, draft.at, since), before))
    for name in known:
        if draft.component(name).status in TROUBLE:
            opened = with_worst(draft, opened, name)
    for incident in before:
        end_merged(draft, incident, opened)
    enter(draft, opened, reported.status, reported.message, reported.by)


def _opened(reported: Reported, components: Sequence[str], at: Instant, since: Instant) -> Incident:
    return Incident(
        id=reported_id(components[0], reported.by, at),
        title=reported.title,
        status=reported.status,
        impact=reported.impact or Impact.MINOR,
        created_at=at,
        started_at=since,
        components=tuple(components),
        cause=components[0],
        by=reported.by,
        held=True,
        own_title=True,
        own_impact=reported.impact is not None,
    )


def write(draft: Draft, written: Written) -> None:
    """Somebody says more of an open incident. A status that a person gave is theirs, so it is held from then on."""
    incident = draft.known_incident(written.incident)
    if incident is None or not incident.open or _says_nothing(incident, written):
        return
    status = written.status or incident.status
    held = _held(incident, written)
    after = replace(
        incident,
        title=incident.title if written.title is None else written.title,
        impact=incident.impact if written.impact is None else written.impact,
        own_title=incident.own_title or written.title is not None,
        own_impact=incident.own_impact or written.impact is not None,
        held=held,
        resolve_at=None if held else incident.resolve_at,
    )
    if status is IncidentStatus.RESOLVED:
        ended = _trouble_ended(draft, incident)
        after = replace(after, resolved_at=draft.at, ended_at=ended, resolve_at=None, reopen_until=None)
    message = written.message or wording.changed(incident, replace(after, status=status))
    entered = enter(draft, after, status, message, written.by)
    if entered.open and not entered.held:
        relieve(draft, entered)


def _says_nothing(incident: Incident, written: Written) -> bool:
    """Whether it is as they say already, and they say no more."""
    return not written.message and (
        written.status in (None, incident.status)
        and written.title in (None, incident.title)
        and written.impact in (None, incident.impact)
        and _held(incident, written) == incident.held
    )


def _held(incident: Incident, written: Written) -> bool:
    if written.hold is not None:
        return written.hold or bool(incident.by)
    return incident.held or written.status is not None


def _trouble_ended(draft: Draft, incident: Incident) -> Instant:
    """When the trouble was over of which people say now that it is: for what people opened, now."""
    if incident.ended_at is not None:
        return incident.ended_at
    lasts = any(draft.component(component).status in TROUBLE for component in incident.components)
    seen = None if incident.by or lasts else incident.relieved_at
    return draft.at if seen is None else seen


def explain(draft: Draft, explained: Explained) -> None:
    """Somebody writes down what was learned of an incident that is over."""
    incident = draft.known_incident(explained.incident.id) or explained.incident
    if not incident.open:
        after = replace(incident, postmortem=explained.text)
        enter(draft, after, incident.status, explained.text, explained.by)
