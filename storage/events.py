"""Events: each with its subject as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from monitor.core.model import Event, EventKind, Incident, Instant, StatusChange, Window
from monitor.core.subscribing import Told
from storage.codec import decode, encode

# An id is derived from its fact, so a repeated id is the same fact told again: the first telling stands, and the
# commit that repeats it must not fail, or a replay would never get past it.
INSERT = "INSERT INTO events (id, kind, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"

SUBJECTS: Mapping[EventKind, type[Incident | StatusChange | Window]] = {
    EventKind.INCIDENT_CREATED: Incident,
    EventKind.INCIDENT_UPDATED: Incident,
    EventKind.INCIDENT_RESOLVED: Incident,
    EventKind.COMPONENT_STATUS_CHANGED: StatusChange,
    EventKind.MAINTENANCE_SCHEDULED: Window,
    EventKind.MAINTENANCE_STARTED: Window,
    EventKind.MAINTENANCE_COMPLETED: Window,
}


def record(db: Database, events: Iterable[Event]) -> None:
    rows = [(event.id, event.kind, event.at, encode(event.subject)) for event in events]
    db.conn.executemany(INSERT, rows)


def told(db: Database, event: str) -> Told:
    """An event by its id, with its place in the order of all. Raises KeyError when there is none."""
    row = db.execute("SELECT seq, kind, at, body FROM events WHERE id = ?", (event,)).fetchone()
    if row is None:
        raise KeyError(event)
    seq, kind, at, body = row
    return _told(seq, event, kind, at, body)


def newest(db: Database) -> int:
    """The sequence of the newest; 0 when there is none."""
    (sequence,) = db.execute("SELECT ifnull(max(seq), 0) FROM events").fetchone()
    return int(sequence)


def after(db: Database, sequence: int, limit: int) -> list[Told]:
    """At most so many that were recorded after that sequence, in their order."""
    statement = "SELECT seq, id, kind, at, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
    return [_told(*row) for row in db.execute(statement, (sequence, limit)).fetchall()]


def _told(sequence: int, event: str, kind: str, at: Instant, body: str) -> Told:
    return Told(sequence, Event(event, EventKind(kind), at, decode(SUBJECTS[EventKind(kind)], body)))
