"""What one side of a replay comes to, and how the incidents of two sides belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from monitor.core.model import Duration, Incident, Instant
from monitor.core.uptime import Uptime, as_amended, uptime
from monitor.replay.side import Side

Pair: TypeAlias = tuple[Incident | None, Incident | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one side comes to between two instants."""

    name: str
    since: Instant
    until: Instant
    incidents: tuple[Incident, ...]  # those that were opened then, or were open when it began; oldest first
    false_alarms: int
    excused: int  # incidents as short, which are no false alarms
    events: int
    webhooks: int | None  # None where nobody subscribed
    uptimes: Mapping[str, Uptime]  # by component

    def open_before(self, incident: Incident) -> bool:
        """Whether it was open before the time began; when its trouble began is not known then."""
        return incident.created_at < self.since

    @property
    def detection(self) -> list[Duration]:
        """How long each that the machine opened took from the beginning of the trouble until then."""
        return [i.created_at - i.started_at for i in self.incidents if not (i.by or self.open_before(i))]

    @property
    def median_detection(self) -> Duration | None:
        """None where the machine opened nothing."""
        return round(median(self.detection)) if self.detection else None

    @property
    def worst_detection(self) -> Duration | None:
        return max(self.detection, default=None)


def outcome(side: Side, since: Instant, until: Instant, short: Duration) -> Outcome:
    """What the side comes to; an incident that the machine opened then, and shorter than `short`, is a false alarm.

    None is one that was merged into another, which tells of it, or that is not resolved yet.
    """
    touching = (i for i in side.incidents.values() if i.resolved_at is None or i.resolved_at >= since)
    incidents = sorted(touching, key=lambda incident: (incident.started_at, incident.id))
    brief = [incident for incident in incidents if _lasted_less(incident, short)]
    false_alarms = sum(_is_false_alarm(incident, since) for incident in brief)
    return Outcome(
        name=side.name,
        since=since,
        until=until,
        incidents=tuple(incidents),
        false_alarms=false_alarms,
        excused=len(brief) - false_alarms,
        events=side.events,
        webhooks=side.webhooks,
        uptimes={
            component.id: _uptime(side, component.id, since, until) for component in side.board.setup.components
        },
    )


def _lasted_less(incident: Incident, short: Duration) -> bool:
    return incident.ended_at is not None and incident.ended_at - incident.started_at < short


def _is_false_alarm(brief: Incident, since: Instant) -> bool:
    return not (brief.by or brief.open or brief.merged_into is not None or brief.created_at < since)


def _uptime(side: Side, component: str, since: Instant, until: Instant) -> Uptime:
    amendments = [amendment for amendment in side.amendments if amendment.component == component]
    return uptime(as_amended(side.ledgers[component], amendments, until), since, until)


def paired(one: Sequence[Incident], other: Sequence[Incident], until: Instant) -> list[Pair]:
    """Each incident once, beside the other side's with the same id, or with trouble that overlaps; oldest first."""
    theirs = {incident.id: incident for incident in other}
    same = {incident.id: theirs.pop(incident.id) for incident in one if incident.id in theirs}
    pairs: list[Pair] = []
    for incident in one:
        match = same.get(incident.id) or next((o for o in theirs.values() if _overlap(incident, o, until)), None)
        if match is not None:
            theirs.pop(match.id, None)
        pairs.append((incident, match))
    pairs += [(None, incident) for incident in theirs.values()]
    return sorted(pairs, key=_began)


def _overlap(one: Incident, other: Incident, until: Instant) -> bool:
    shared = not set(one.components).isdisjoint(other.components)
    return shared and one.started_at <= _ended(other, until) and other.started_at <= _ended(one, until)


def _ended(incident: Incident, until: Instant) -> Instant:
    return until if incident.ended_at is None else incident.ended_at


def _began(pair: Pair) -> Instant:
    return min(incident.started_at for incident in pair if incident is not None)
