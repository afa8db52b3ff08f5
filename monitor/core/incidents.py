"""Incidents: what opens, joins, explains, reopens and ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.core import wording
from monitor.core.draft import Draft
from monitor.core.ids import incident_id
from monitor.core.ledger import trouble_since
from monitor.core.model import MINUTE, TROUBLE, ComponentState, Duration, Incident, IncidentStatus, Instant, Reason
from monitor.core.parts import (
    IMPACTS,
    end_merged,
    enter,
    gathered,
    of,
    passes,
    retitled,
    told,
    with_cause,
    with_worst,
)
from monitor.core.status import worst

REOPENS_WITHIN: Duration = 5 * MINUTE
RESTLESS_AFTER = 3  # setbacks …
RESTLESS_WITHIN: Duration = 30 * MINUTE  # … in this time, and an incident resolves only after …
RESTLESS_STABLE: Duration = 10 * MINUTE

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
            _take_in(draft, component, was)
    elif incident := of(draft, component):
        if was.told in TROUBLE and now.told not in TROUBLE:
            relieved_at = max(incident.relieved_at or incident.started_at, now.since)
            incident = replace(incident, relieved_at=relieved_at)
            draft.put_incident(incident)
        relieve(draft, incident)


def resolve(draft: Draft, incident: Incident) -> None:
    """The incident stayed well for as long as it had to."""
    ended = replace(incident, resolved_at=draft.at, resolve_at=None, reopen_until=draft.at + REOPENS_WITHIN)
    enter(draft, ended, IncidentStatus.RESOLVED, wording.resolved(incident, draft.at))


def remove(draft: Draft, component: str) -> None:
    """A component is watched no more: it leaves its incident, and the last to leave ends it."""
    incident = of(draft, component)
    if incident is None:
        return
    left = tuple(name for name in incident.components if name != component)
    message = wording.removed(draft.name(component), last=not left)
    if not left:
        ended = replace(incident, resolved_at=draft.at, ended_at=draft.at, resolve_at=None)
        enter(draft, ended, IncidentStatus.RESOLVED, message)
        return
    remaining = retitled(draft, with_cause(draft, replace(incident, components=left)))
    relieve(draft, enter(draft, remaining, incident.status, message))


def postpone(draft: Draft, gap: Duration) -> None:
    """We did not watch for a while: deadlines that measure watching, and are not yet past, move on."""
    for incident in draft.known_incidents():
        if incident.resolve_at is not None:
            draft.put_incident(replace(incident, resolve_at=incident.resolve_at + gap))
        elif incident.reopen_until is not None and incident.reopen_until >= draft.at:
            draft.put_incident(replace(incident, reopen_until=incident.reopen_until + gap))


# ── trouble ──────────────────────────────────────────────────────────────────────────────────────────


def _take_in(draft: Draft, component: str, was: ComponentState) -> None:
    """A component became troubled, or its trouble another: find the incident that this belongs to, or begin one.

    Trouble that lasts although people said that it was over is no news until it gets worse.
    """
    one = _one_with(draft, component)
    since = _began(was, draft.component(component))
    if one:
        _worsen(draft, one, component, since)
    elif was.told is not None and worst((was.told, draft.component(component).status)) is was.told:
        return
    elif before := _reopenable(draft, component, since):
        _reopen(draft, before, component, since)
    else:
        _open(draft, component, since)


def _began(was: ComponentState, now: ComponentState) -> Instant:
    """When the trouble began that is news now; of what people said that it was over, after it was known."""
    return max(now.since, was.decided) if was.told in TROUBLE else trouble_since(now.tail)


def _one_with(draft: Draft, component: str) -> list[Incident]:
    """The open incidents that are one with this trouble: the one to keep first, then by age.

    What people opened is about the components that they named, and about no others.
    """
    own = of(draft, component)
    if own is not None and own.by:
        return [own]
    one = [own] if own else []
    above = _above(draft, component)
    if above is not None and (own is None or own.cause == component):
        one.append(above)
    one += [
        incident
        for incident in draft.open_incidents()
        if not incident.by
        and incident.status is not IncidentStatus.MONITORING
        and component in draft.board.dependencies(incident.cause)
    ]
    return sorted({incident.id: incident for incident in one}.values(), key=lambda it: _rank(it, component))


def _above(draft: Draft, component: str) -> Incident | None:
    """The oldest open incident of a troubled component on which this one depends; none that people opened."""
    troubled = {
        dependency
        for dependency in draft.board.dependencies(component)
        if draft.component(dependency).status in TROUBLE
    }
    above = [
        incident
        for incident in draft.open_incidents()
        if not incident.by and troubled.intersection(incident.components)
    ]
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
    opened = enter(draft, incident, IncidentStatus.INVESTIGATING, wording.seen(draft, component))
    _identify(draft, opened)


def _reopen(draft: Draft, incident: Incident, component: str, since: Instant) -> None:
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
    worsened = _with_trouble(draft, back, component, since)
    _identify(draft, enter(draft, worsened, IncidentStatus.INVESTIGATING, message))


def _worsen(draft: Draft, incidents: Sequence[Incident], component: str, since: Instant) -> None:
    """Make these incidents one, which takes the component's trouble in; say so if people were told otherwise."""
    before, *rest = incidents
    others = [other for other in rest if not other.held]  # what people hold is never merged away
    returned = before.status is IncidentStatus.MONITORING and not before.held
    after = _with_trouble(draft, gathered(before, others), component, since)
    if returned:
        after = replace(after, setbacks=(*before.setbacks, draft.at), resolve_at=None)
    for other in others:
        end_merged(draft, other, after)
    explained = after.cause != before.cause and after.cause in draft.board.dependencies(before.cause)
    if explained and not returned:
        enter(
            draft,
            after,
            before.status if before.held else IncidentStatus.IDENTIFIED,
            wording.explains(draft, after.cause, after),
        )
    elif returned or told(after) != told(before) or _is_news(before, after):
        joined = component not in before.components
        message = wording.joined(draft, component) if joined else wording.seen(draft, component)
        entered = enter(draft, after, IncidentStatus.INVESTIGATING if returned else before.status, message)
        if returned:
            _identify(draft, entered)
    else:
        draft.put_incident(after)


def _is_news(before: Incident, after: Incident) -> bool:
    """Whether people must hear of trouble that changes nothing in title and impact, since those are theirs."""
    theirs = before.held or before.own_title or before.own_impact
    return theirs and (after.worst != before.worst or before.status is IncidentStatus.MONITORING)


def _with_trouble(draft: Draft, incident: Incident, component: str, since: Instant) -> Incident:
    components = tuple(dict.fromkeys((*incident.components, component)))
    started_at = min(incident.started_at, since)
    troubled = replace(incident, components=components, started_at=started_at, ended_at=None)
    taken = with_worst(draft, troubled, component)
    return retitled(draft, with_cause(draft, taken))


def _identify(draft: Draft, incident: Incident) -> None:
    """Say that the cause is known, when all failed runs agree on one that tells."""
    witnesses = wording.troubled_probes(draft, incident.cause)
    reasons = {state.reasons for _, state in witnesses}
    if len(reasons) != 1:
        return
    (shared,) = reasons
    if len(shared) == 1 and shared[0] in TELLING_REASONS:
        message = wording.identified(draft, incident.cause, shared[0])
        enter(draft, incident, IncidentStatus.IDENTIFIED, message)


def _age(incident: Incident) -> tuple[Instant, str]:
    return incident.created_at, incident.id


def _rank(incident: Incident, component: str) -> tuple[bool, bool, Instant, str]:
    """What people hold is kept, first of all where they named the component."""
    held = incident.held
    return not held, held and component not in incident.components, incident.created_at, incident.id


def _reopenable(draft: Draft, component: str, since: Instant) -> Incident | None:
    """The latest that this trouble reopens: none of which people said what it is called, or how grave it was."""
    ended = [
        incident
        for incident in draft.known_incidents()
        if not (incident.open or incident.own_title or incident.own_impact)
        and component in incident.components
        and incident.reopen_until is not None
        and since <= incident.reopen_until
    ]
    return max(ended, key=lambda incident: incident.resolved_at or 0, default=None)


# ── relief ───────────────────────────────────────────────────────────────────────────────────────────


def relieve(draft: Draft, incident: Incident) -> None:
    """A component of the incident is troubled no more, or less clearly so."""
    if incident.held:
        return
    well = all(passes(draft, component) for component in incident.components)
    if incident.status is IncidentStatus.MONITORING:
        _await_resolve(draft, incident, well=well)
    elif well:
        _monitor(draft, incident)
    elif (moved := with_cause(draft, incident)).cause != incident.cause:
        _hand_over(draft, incident, retitled(draft, moved))


def _await_resolve(draft: Draft, incident: Incident, *, well: bool) -> None:
    """The deadline stands for as long as all is well; where people gave the status, it begins now."""
    if not well:
        draft.put_incident(replace(incident, resolve_at=None))
        return
    resolve_at = incident.resolve_at or draft.at + stable_for(draft, incident)
    draft.put_incident(replace(incident, resolve_at=resolve_at, ended_at=_relieved_at(incident)))


def _hand_over(draft: Draft, incident: Incident, moved: Incident) -> None:
    """The cause is over, and the trouble of others is not: it may be one with what troubles elsewhere."""
    message = wording.cause_moved(draft, incident.cause, moved.cause)
    entered = enter(draft, moved, IncidentStatus.INVESTIGATING, message)
    one = _one_with(draft, moved.cause)
    if len(one) > 1:
        _worsen(draft, one, moved.cause, trouble_since(draft.component(moved.cause).tail))
    else:
        _identify(draft, entered)


def _monitor(draft: Draft, incident: Incident) -> None:
    stable = stable_for(draft, incident)
    watched = replace(incident, resolve_at=draft.at + stable, ended_at=_relieved_at(incident))
    enter(draft, watched, IncidentStatus.MONITORING, wording.recovered(draft, incident, stable))


def _relieved_at(incident: Incident) -> Instant:
    return incident.started_at if incident.relieved_at is None else incident.relieved_at


def stable_for(draft: Draft, incident: Incident) -> Duration:
    """How long all must be well before the incident is resolved."""
    recent = sum(setback > draft.at - RESTLESS_WITHIN for setback in incident.setbacks)
    resolve_after = draft.board.setup.resolve_after
    return max(resolve_after, RESTLESS_STABLE) if recent >= RESTLESS_AFTER else resolve_after
