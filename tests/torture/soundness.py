"""What must hold of the file of a daemon that has ended, and of what was told; each fault is a sentence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from exporter.documents import timestamp
from monitor.core.ids import entry_kind, incident_event_id
from monitor.core.model import IncidentStatus, Status, Update
from storage.opening import DATABASE
from tests.receivers import Receiver
from tests.torture.acknowledged import Witness
from tests.torture.telling import mistold

NAMED = 3  # faults of one sort, the rest is counted

Row: TypeAlias = tuple[Any, ...]


def faults(data: Path, witness: Witness, receiver: Receiver) -> list[str]:
    """All that is wrong; empty when all is well."""
    aside = [f"a database was moved aside as corrupt: {path.name}" for path in data.glob(f"{DATABASE}.corrupt-*")]
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as database:
        if broken := corruption(database):
            return [*aside, *broken]
        told = mistold(database, witness, receiver)
        return [*aside, *unsound(database), *forgotten(database, witness), *told]


def still_owed(data: Path) -> int:
    """How many deliveries wait."""
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as database:
        return int(_all(database, "SELECT count(*) FROM deliveries WHERE state = 'pending'")[0][0])


def corruption(database: sqlite3.Connection) -> list[str]:
    try:
        found = [str(said) for (said,) in _all(database, "PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:  # too broken to be checked
        found = [str(error)]
    return [] if found == ["ok"] else [f"the file is corrupt: {said}" for said in found[:NAMED]]


# ── the file by itself ───────────────────────────────────────────────────────────────────────────────


def unsound(database: sqlite3.Connection) -> list[str]:
    """What contradicts itself in ledgers, incidents, events and observations."""
    sorts = (_ledgers, _tails, _twice, _timelines, _events, _numbers)
    return [sentence for sort in sorts for sentence in some(list(sort(database)))]


def _ledgers(database: sqlite3.Connection) -> Iterator[str]:
    """A span lasts until the next begins, so a gap could only show as a span that changes nothing, or as none.

    A component that comes or leaves begins an unknown one, whatever it was.
    """
    spans = _all(database, "SELECT component, since, status FROM spans ORDER BY component, since")
    for (component, _, before), (other, since, status) in pairwise(spans):
        if component == other and before == status != Status.UNKNOWN:
            yield f"the ledger of {component} says {status} twice in a row, at {timestamp(since)} again"
    begun = {component for component, _, _ in spans}
    for (component,) in _all(database, "SELECT id FROM component_states"):
        if component not in begun:
            yield f"{component} has a state and no ledger"


def _tails(database: sqlite3.Connection) -> Iterator[str]:
    """The end of a ledger is also part of its component's state: the two were written in one transaction."""
    for component, text in _all(database, "SELECT id, state FROM component_states"):
        tail = [tuple(span.values()) for span in json.loads(text)["tail"]]
        begins = tail[0][0] if tail else 0
        spans = "SELECT since, status FROM spans WHERE component = ? AND since >= ? ORDER BY since"
        if _all(database, spans, component, begins) != tail:
            yield f"the ledger of {component} does not end as its state does"


def _twice(database: sqlite3.Connection) -> Iterator[str]:
    """A person's incident begins with that of the machine which is merged into it, so these may begin together."""
    counted = """
        SELECT body -> 'components' ->> 0, body ->> 'started_at', count(*) FROM incidents
        WHERE body ->> 'by' = '' AND body ->> 'merged_into' IS NULL GROUP BY 1, 2 HAVING count(*) > 1
    """
    for component, started, count in _all(database, counted):
        yield f"{component} has {count} incidents that began at {timestamp(started)}"
    titles = (
        "SELECT body ->> 'title', count(*) FROM incidents WHERE body ->> 'by' <> '' GROUP BY 1 HAVING count(*) > 1"
    )
    for title, count in _all(database, titles):
        yield f"what a person opened once, {title!r}, is there {count} times"


def _timelines(database: sqlite3.Connection) -> Iterator[str]:
    """Each entry of a timeline gives exactly one event, in its order, and no other event speaks of the incident."""
    told: dict[str, list[str]] = {}
    events = "SELECT body ->> 'id', id FROM events WHERE kind LIKE 'incident.%' ORDER BY seq"
    for incident, event in _all(database, events):
        told.setdefault(incident, []).append(event)
    for (incident,) in _all(database, "SELECT id FROM incidents"):
        updates = timeline(database, incident)
        due = [incident_event_id(incident, nth, entry_kind(updates, nth)) for nth in range(len(updates))]
        if told.pop(incident, []) != due:
            yield f"the events of {incident} are not those of its {len(due)} updates"
    for incident in told:
        yield f"events speak of {incident}, which is not there"


def _events(database: sqlite3.Connection) -> Iterator[str]:
    numbers = [number for (number,) in _all(database, "SELECT seq FROM events ORDER BY seq")]
    for before, after in pairwise(numbers):
        if after != before + 1:
            yield f"between the events {before} and {after} some are missing"
    for event, count in _all(database, "SELECT id, count(*) FROM events GROUP BY id HAVING count(*) > 1"):
        yield f"the event {event} is there {count} times"


def _numbers(database: sqlite3.Connection) -> Iterator[str]:
    for (number,) in _all(database, "SELECT seq FROM results INTERSECT SELECT seq FROM observations"):
        yield f"two observations bear the number {number}"


# ── what was acknowledged ────────────────────────────────────────────────────────────────────────────


def forgotten(database: sqlite3.Connection, witness: Witness) -> list[str]:
    """What was shown or answered to the outside, and is not there."""
    sorts = (_lost_incidents, _lost_updates, _lost_checks, _lost_windows, _lost_subscriptions)
    return [sentence for sort in sorts for sentence in some(list(sort(database, witness)))]


def _lost_incidents(database: sqlite3.Connection, witness: Witness) -> Iterator[str]:
    known = {row[0]: row[1:] for row in _all(database, "SELECT id, created_at, body ->> 'by' FROM incidents")}
    for name, seen in witness.incidents.items():
        if name not in known:
            yield f"the incident {name} was shown and is not there"
        elif timestamp(known[name][0]) != seen["created_at"]:
            yield f"the incident {name} was shown as of {seen['created_at']} and is of {timestamp(known[name][0])}"


def _lost_updates(database: sqlite3.Connection, witness: Witness) -> Iterator[str]:
    rows = _all(database, "SELECT incident, ordinal, status, message, timestamp FROM incident_updates")
    known = {(incident, ordinal): (status, message, timestamp(at)) for incident, ordinal, status, message, at in rows}
    for (incident, ordinal), update in witness.updates.items():
        if known.get((incident, ordinal)) != update:
            yield f"the update {ordinal} of {incident} was shown as {update} and is {known.get((incident, ordinal))}"


def _lost_checks(database: sqlite3.Connection, witness: Witness) -> Iterator[str]:
    rows = _all(database, "SELECT name, at FROM results JOIN probes ON probes.id = results.probe")
    for probe, at in sorted(witness.checks - {(name, timestamp(at)) for name, at in rows}):
        yield f"the result of {probe} at {at} was shown and is not there"


def _lost_windows(database: sqlite3.Connection, witness: Witness) -> Iterator[str]:
    rows = _all(database, "SELECT id, body ->> 'title', body ->> 'starts', body ->> 'ends' FROM maintenances")
    known = {name: (title, timestamp(starts), timestamp(ends)) for name, title, starts, ends in rows}
    for name, seen in witness.windows.items():
        if known.get(name) != (seen["title"], seen["starts"], seen["ends"]):
            yield f"the maintenance {name} was acknowledged and is {known.get(name, 'not there')}"


def _lost_subscriptions(database: sqlite3.Connection, witness: Witness) -> Iterator[str]:
    known = {name for (name,) in _all(database, "SELECT id FROM subscriptions")}
    for name in sorted(witness.subscriptions.keys() - known):
        yield f"the subscription {name} was acknowledged and is not there"
    for name in sorted(witness.gone & known):
        yield f"the subscription {name} was deleted and is there again"


# ── asking the file ──────────────────────────────────────────────────────────────────────────────────


def timeline(database: sqlite3.Connection, incident: str) -> list[Update]:
    rows = _all(
        database,
        "SELECT status, message, timestamp FROM incident_updates WHERE incident = ? ORDER BY ordinal",
        incident,
    )
    return [Update(IncidentStatus(status), message, at) for status, message, at in rows]


def some(sentences: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    more = len(sentences) - NAMED
    return [*sentences[:NAMED], *([f"… and {more} more like it"] if more > 0 else [])]


def _all(database: sqlite3.Connection, question: str, *arguments: object) -> list[Row]:
    return database.execute(question, arguments).fetchall()
