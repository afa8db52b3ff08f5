"""What a person needs at three in the morning, the same in every format: what, since when, how bad, why, where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from exporter.webhooks.formats.message import Notice
from monitor.core.model import EventKind, Impact, Incident, IncidentStatus, Status, StatusChange, Update, Window
from monitor.core.wording import clock_time, listed, spoken

Fact: TypeAlias = tuple[str, str]  # what it is, and what there is to say of it


class Tone(StrEnum):
    """How a message looks at a glance."""

    OUTAGE = "outage"
    TROUBLE = "trouble"
    GOOD = "good"
    PLANNED = "planned"
    LEARNED = "learned"


# A glance tells them apart by their shapes too, not by colour alone.
MARKS = {Tone.OUTAGE: "🚨", Tone.TROUBLE: "⚠️", Tone.GOOD: "✅", Tone.PLANNED: "🔧", Tone.LEARNED: "📝"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What there is to say of an event. Texts are as they came: each format makes them harmless in its own way."""

    headline: str  # "Authentication outage"
    state: str  # "Investigating", "Reopened", "Resolved", "Post-mortem", "Maintenance started"
    tone: Tone
    facts: tuple[Fact, ...]
    message: str  # what is known, in prose; may be empty
    by: str = ""  # who wrote that; empty: the machine
    link: str
    source: str  # who says it, and when it happened

    @property
    def mark(self) -> str:
        return MARKS[self.tone]

    @property
    def title(self) -> str:
        return f"{self.state}: {self.headline}"

    @property
    def glance(self) -> str:
        """What a phone's notification shows: the title, how bad, since when."""
        return " · ".join([f"{self.mark} {self.title}", *(f"{name}: {value}" for name, value in self.facts[:2])])


IMPACT_TONES = {
    Impact.NONE: Tone.TROUBLE,
    Impact.MINOR: Tone.TROUBLE,
    Impact.MAJOR: Tone.OUTAGE,
    Impact.CRITICAL: Tone.OUTAGE,
}

STATUS_TONES = {
    Status.OPERATIONAL: Tone.GOOD,
    Status.DEGRADED: Tone.TROUBLE,
    Status.PARTIAL_OUTAGE: Tone.OUTAGE,
    Status.MAJOR_OUTAGE: Tone.OUTAGE,
    Status.MAINTENANCE: Tone.PLANNED,
    Status.UNKNOWN: Tone.TROUBLE,
}

STATUS_PHRASES = {
    Status.OPERATIONAL: "is operational",
    Status.DEGRADED: "has degraded performance",
    Status.PARTIAL_OUTAGE: "has a partial outage",
    Status.MAJOR_OUTAGE: "has a major outage",
    Status.MAINTENANCE: "is under maintenance",
    Status.UNKNOWN: "is in an unknown state",
}

WINDOW_STATES = {
    EventKind.MAINTENANCE_SCHEDULED: "Maintenance scheduled",
    EventKind.MAINTENANCE_STARTED: "Maintenance started",
    EventKind.MAINTENANCE_COMPLETED: "Maintenance completed",
}


def gist(notice: Notice) -> Gist:
    """The gist of what happened."""
    match notice.event.subject:
        case Incident() as incident:
            return _of_incident(notice, incident)
        case StatusChange() as change:
            return _of_change(notice, change)
        case Window() as window:
            return _of_window(notice, window)


def in_words(term: str) -> str:
    """degraded_performance → Degraded performance."""
    return term.replace("_", " ").capitalize()


def _of_incident(notice: Notice, incident: Incident) -> Gist:
    latest = incident.updates[-1]
    return Gist(
        headline=incident.title,
        state="Post-mortem" if notice.postmortem else _incident_state(incident),
        tone=Tone.LEARNED if notice.postmortem else _incident_tone(incident),
        facts=tuple(_incident_facts(notice, incident)),
        message=latest.message,
        by=latest.by,
        link=notice.link,
        source=_source(notice),
    )


def _incident_state(incident: Incident) -> str:
    if incident.merged_into is not None:
        return "Merged"
    return "Reopened" if _just_reopened(incident) else in_words(incident.status)


def _incident_tone(incident: Incident) -> Tone:
    if incident.merged_into is not None:
        return Tone.TROUBLE  # it goes on in another, which says how bad it is
    if not incident.open:
        return Tone.GOOD
    relieved = incident.status is IncidentStatus.MONITORING  # however bad it was
    return Tone.TROUBLE if relieved else IMPACT_TONES[incident.impact]


def _just_reopened(incident: Incident) -> bool:
    return incident.open and len(incident.updates) > 1 and incident.updates[-2].status is IncidentStatus.RESOLVED


def _incident_facts(notice: Notice, incident: Incident) -> Iterable[Fact]:
    yield "Impact", in_words(incident.impact)
    yield "Since", clock_time(incident.started_at, notice.at)
    if incident.ended_at is not None and not incident.open and incident.merged_into is None:
        yield "Lasted", spoken(max(incident.ended_at - incident.started_at, 0))
    if incident.components:
        yield "Affects", listed([notice.name(component) for component in incident.components])
    if len(incident.components) > 1:
        yield "Caused by", notice.name(incident.cause)
    found = _finding(incident.updates)
    if found is not None and found is not incident.updates[-1]:
        yield "Known", f"{found.message} — {found.by}" if found.by else found.message
    if incident.reopened:
        yield "Reopened", "once" if incident.reopened == 1 else f"{incident.reopened} times"


def _finding(updates: Iterable[Update]) -> Update | None:
    """The update that identified the cause; once it is looked for again, what was found may hold no longer."""
    found, status = None, None
    for update in updates:
        if update.status is IncidentStatus.INVESTIGATING:
            found = None
        elif update.status is IncidentStatus.IDENTIFIED and status is not IncidentStatus.IDENTIFIED:
            found = update
        status = update.status
    return found


def _of_change(notice: Notice, change: StatusChange) -> Gist:
    facts = [("Since", clock_time(change.since, notice.at))]
    if change.previous is not None:
        facts.append(("Before", in_words(change.previous)))
    return Gist(
        headline=f"{notice.name(change.component)} {STATUS_PHRASES[change.status]}",
        state="Status changed",
        tone=STATUS_TONES[change.status],
        facts=tuple(facts),
        message="",
        link=notice.link,
        source=_source(notice),
    )


def _of_window(notice: Notice, window: Window) -> Gist:
    completed = notice.event.kind is EventKind.MAINTENANCE_COMPLETED
    affected = listed([notice.name(component) for component in window.components])
    return Gist(
        headline=window.title,
        state=_window_state(notice.event.kind, window),
        tone=Tone.GOOD if completed and not window.cancelled else Tone.PLANNED,
        facts=(
            ("From", clock_time(window.starts, notice.at)),
            ("Until", clock_time(window.ends, notice.at)),
            ("Affects", affected),
        ),
        message=f"{affected} cannot be used meanwhile." if window.stops and not completed else "",
        link=notice.link,
        source=_source(notice),
    )


def _window_state(kind: EventKind, window: Window) -> str:
    if window.cancelled:
        return "Maintenance cancelled"
    if window.changed and kind is EventKind.MAINTENANCE_SCHEDULED:
        return "Maintenance changed"
    return WINDOW_STATES[kind]


def _source(notice: Notice) -> str:
    return f"{notice.page} · {clock_time(notice.event.at, notice.at)}"
