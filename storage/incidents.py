"""Incidents with their timelines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from monitor.core.model import Incident, IncidentStatus, Instant, Update
from monitor.core.ports import Cursor
from storage.codec import decode, encode, storable

UPSERT = """
    INSERT INTO incidents VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET status = excluded.status, reopen_until = excluded.reopen_until, body = excluded.body
"""

ALL = """
    SELECT i.id, i.body FROM incidents i
    WHERE {}
    ORDER BY i.created_at DESC, i.id DESC LIMIT :limit
"""

# The rows that say which incidents name a component come in the order of the page: reading ends once it is full.
OF_COMPONENT = """
    SELECT i.id, i.body FROM incident_components c JOIN incidents i ON i.id = c.incident
    WHERE c.component = :component AND {}
    ORDER BY c.created_at DESC, c.incident DESC LIMIT :limit
"""

# Only what goes on may have no end.
BETWEEN = """
    SELECT i.id, i.body FROM incident_components c JOIN incidents i ON i.id = c.incident
    WHERE c.component = :component
        AND i.body ->> 'started_at' < :until
        AND (ifnull(i.body ->> 'ended_at' > :since, TRUE) OR i.body ->> 'started_at' >= :since)
    ORDER BY c.created_at, c.incident
"""

REMEMBERED = "SELECT id, body FROM incidents WHERE status <> 'resolved' OR reopen_until >= ?"


def put(db: Database, incidents: Iterable[Incident]) -> None:
    """Write incidents down as they are now; of their updates only those that are new."""
    for incident in incidents:
        body = encode(replace(incident, updates=()))
        row = (incident.id, incident.created_at, incident.status, incident.reopen_until, body)
        db.execute(UPSERT, row)
        _put_components(db, incident)
        _put_updates(db, incident)


def remembered(db: Database, since: Instant) -> list[Incident]:
    """Those that are open, or that trouble that began at `since` or later may still reopen."""
    return _whole(db, db.execute(REMEMBERED, (since,)).fetchall())


def one(db: Database, incident: str) -> Incident | None:
    rows = db.execute("SELECT id, body FROM incidents WHERE id = ?", (incident,)).fetchall()
    return next(iter(_whole(db, rows)), None)


def page(
    db: Database,
    limit: int,
    before: Cursor | None,
    status: IncidentStatus | None,
    component: str | None,
) -> list[Incident]:
    """At most `limit` incidents older than `before`, newest first, in the order of (created_at, id)."""
    page_of, place = (ALL, "i.created_at, i.id") if component is None else (OF_COMPONENT, "c.created_at, c.incident")
    conditions = ["TRUE"]
    if status is not None:
        conditions.append("i.status = :status")
    if before is not None:
        conditions.append(f"({place}) < (:created_at, :id)")
    created_at, id_ = before or (None, None)
    asked = {"component": component, "status": status, "created_at": created_at, "id": id_, "limit": limit}
    return _whole(db, db.execute(page_of.format(" AND ".join(conditions)), asked).fetchall())


def between(db: Database, component: str, since: Instant, until: Instant) -> list[Incident]:
    """Those of the component whose trouble touches the time since ≤ t < until, oldest first."""
    asked = {"component": component, "since": since, "until": until}
    return _whole(db, db.execute(BETWEEN, asked).fetchall())


def _put_components(db: Database, incident: Incident) -> None:
    db.execute("DELETE FROM incident_components WHERE incident = ?", (incident.id,))
    rows = [(component, incident.created_at, incident.id) for component in incident.components]
    db.conn.executemany("INSERT INTO incident_components VALUES (?, ?, ?)", rows)


def _put_updates(db: Database, incident: Incident) -> None:
    counted = db.execute("SELECT count(*) FROM incident_updates WHERE incident = ?", (incident.id,)).fetchone()
    known: int = counted[0]
    rows = [
        (incident.id, ordinal, update.status, storable(update.message), update.timestamp, update.by)
        for ordinal, update in enumerate(incident.updates[known:], known)
    ]
    db.conn.executemany("INSERT INTO incident_updates VALUES (?, ?, ?, ?, ?, ?)", rows)


def _whole(db: Database, rows: list[tuple[str, str]]) -> list[Incident]:
    return [replace(decode(Incident, body), updates=_updates(db, id_)) for id_, body in rows]


def _updates(db: Database, incident: str) -> tuple[Update, ...]:
    timeline = "SELECT status, message, timestamp, author FROM incident_updates WHERE incident = ? ORDER BY ordinal"
    rows = db.execute(timeline, (incident,)).fetchall()
    return tuple(Update(IncidentStatus(status), *said) for status, *said in rows)
