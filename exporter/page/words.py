"""What the pages say, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.documents import UNHEARD, timestamp
from exporter.page.calendar import clock_there, date_of
from exporter.reporting.words import moment, words
from monitor.core.board import Board
from monitor.core.model import TROUBLE, Duration, Impact, Incident, Instant, Status
from monitor.core.status import WORST_FIRST, worst
from monitor.core.wording import listed, spoken

HEADLINES: Mapping[Status, str] = {
    Status.OPERATIONAL: "All systems operational",
    Status.DEGRADED: "Degraded performance",
    Status.PARTIAL_OUTAGE: "Partial outage",
    Status.MAJOR_OUTAGE: "Major outage",
    Status.MAINTENANCE: "Maintenance in progress",
    Status.UNKNOWN: "Some of our systems are not being observed right now",
}
NOTHING = "Nothing is watched yet"

IMPACTS: Mapping[Impact, Status] = {  # shown by the sign of
    Impact.NONE: Status.UNKNOWN,
    Impact.MINOR: Status.DEGRADED,
    Impact.MAJOR: Status.PARTIAL_OUTAGE,
    Impact.CRITICAL: Status.MAJOR_OUTAGE,
}

MOST_NAMED = 3  # components in a headline


@dataclass(frozen=True, slots=True)
class Sign:
    """A status in words, and as the shape and colour that have its name."""

    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant for programs and for people."""

    datetime: str
    words: str


def sign(status: Status) -> Sign:
    return Sign(status, words(status))


def at(instant: Instant, timezone: str) -> Moment:
    return Moment(timestamp(instant), moment(instant, timezone))


def until(instant: Instant, since: Instant, timezone: str) -> Moment:
    """Where something ends that begins at an instant; on the same day, the time is enough."""
    if date_of(instant, timezone) != date_of(since, timezone):
        return at(instant, timezone)
    return Moment(timestamp(instant), moment(instant, timezone).partition(", ")[2])


def as_of(now: Instant, timezone: str) -> Moment:
    """When a page was made; whoever reads it looks at a clock, not at a calendar."""
    return Moment(timestamp(now), clock_there(now, timezone))


def headline(board: Board) -> Sign:
    """The overall state in one sentence: what is seen of the components or, if that is worse, what people are told.

    All is never well while an incident is open.
    """
    statuses = [(each.name, board.components.get(each.id, UNHEARD).status) for each in board.setup.components]
    overall = worst(status for _, status in statuses)
    open_ones = board.open_incidents()
    shape = worst([overall, *(IMPACTS[incident.impact] for incident in open_ones)])
    if open_ones and (shape is not overall or overall not in TROUBLE):
        return Sign(shape, _open_words(open_ones))
    return Sign(overall, _status_words(overall, statuses) if statuses else NOTHING)


def updated_at(board: Board, timezone: str) -> Moment | None:
    """When a status was last decided; None when none ever was."""
    known = [board.components[each.id].decided for each in board.setup.components if each.id in board.components]
    return at(max(known), timezone) if any(known) else None


def spent_words(spent: Mapping[Status, Duration]) -> str:
    """Major outage 14 min, operational 23 h 46 min; worst first."""
    parts = [(words(status), spent[status]) for status in WORST_FIRST if spent.get(status)]
    if len(parts) == 1:
        return f"{parts[0][0]} all day"
    return ", ".join(f"{name} {spoken(length)}" for name, length in parts).capitalize()


def milliseconds(latency: int | None) -> str:
    """A latency in µs; below 10 ms with a decimal, since it may be all that there is."""
    if latency is None:
        return "–"
    return f"{latency / 1_000:.1f} ms" if latency < 10_000 else f"{latency / 1_000:.0f} ms"


def counted(number: int, noun: str) -> str:
    """1 day, 2 days."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _open_words(incidents: Sequence[Incident]) -> str:
    """1 open incident: API outage; of several, how many."""
    number = counted(len(incidents), "open incident")
    return f"{number}: {incidents[0].title}" if len(incidents) == 1 else number


def _status_words(overall: Status, statuses: Sequence[tuple[str, Status]]) -> str:
    """With the components that are in the worst of statuses, unless they are many."""
    if overall in (Status.OPERATIONAL, Status.UNKNOWN):
        return HEADLINES[overall]
    affected = _named([name for name, status in statuses if status is overall])
    return f"{HEADLINES[overall]} {'on' if overall is Status.MAINTENANCE else 'of'} {affected}"


def _named(names: Sequence[str]) -> str:
    return listed(list(names)) if len(names) <= MOST_NAMED else counted(len(names), "component")
