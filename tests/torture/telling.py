"""What a receiver heard, beside what it was owed by the file of the daemon that has ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from exporter.documents import timestamp
from monitor.core.model import SECOND, Instant
from tests.receivers import Receiver
from tests.torture.acknowledged import Witness

NAMED = 3  # faults of one sort, the rest is counted
HOLDS_WITHIN = 5 * SECOND  # after it was made, a subscription is owed whatever happens

Heard: TypeAlias = Sequence[tuple[str, Mapping[str, Any]]]  # (webhook-id, body), as they came

OWED = """
    SELECT e.id, e.seq, e.kind, e.at, d.state, d.incident
    FROM deliveries d JOIN events e ON e.seq = d.event
    WHERE d.subscription = ? ORDER BY e.seq
"""


def mistold(database: sqlite3.Connection, witness: Witness, receiver: Receiver) -> list[str]:
    """What is wrong with what the receiver of everything heard; empty when nothing is, or none was subscribed."""
    if not witness.listening:
        return []
    owed = database.execute(OWED, (witness.listening["id"],)).fetchall()
    sentences = [
        *(f"{webhook_id} came with a signature that does not verify" for webhook_id in receiver.unsigned),
        *_not_owed(database, owed, witness.listening["created_at"]),
        *_unheard(owed, receiver.got),
        *_invented(owed, receiver.got),
        *_out_of_order(receiver.got),
    ]
    more = len(sentences) - NAMED
    return [*sentences[:NAMED], *([f"… and {more} more of what was told"] if more > 0 else [])]


def _not_owed(database: sqlite3.Connection, owed: Sequence[tuple[Any, ...]], made: str) -> Iterator[str]:
    """From the first event that is owed on, all are; and so is all that came well after the subscription."""
    first = min((seq for _, seq, *_ in owed), default=None)
    since: Instant = round(datetime.fromisoformat(made).timestamp() * SECOND) + HOLDS_WITHIN
    known = {event for event, *_ in owed}
    for event, seq, at in database.execute("SELECT id, seq, at FROM events ORDER BY seq").fetchall():
        if event not in known and (at >= since or (first is not None and seq >= first)):
            yield f"the event {event} is owed to nobody, though a subscription to everything was there"


def _unheard(owed: Sequence[tuple[Any, ...]], heard: Heard) -> Iterator[str]:
    """What was superseded need not be heard if the end of its incident was."""
    ids = {webhook_id for webhook_id, _ in heard}
    ends = {
        incident: seq for event, seq, kind, _, _, incident in owed if kind == "incident.resolved" and event in ids
    }
    for event, seq, _, _, state, incident in owed:
        superseded = state == "superseded" and ends.get(incident, 0) > seq
        if event not in ids and not superseded:
            yield f"the event {event} was owed and never received; its delivery is {state}"


def _invented(owed: Sequence[tuple[Any, ...]], heard: Heard) -> Iterator[str]:
    """Each webhook is an event that was owed, under its own id, and says the same of it as the file."""
    facts = {event: (seq, kind, timestamp(at)) for event, seq, kind, at, _, _ in owed}
    for webhook_id, body in heard:
        said = (body["sequence"], body["type"], body["timestamp"])
        if facts.get(webhook_id) != said:
            yield f"the webhook {webhook_id} said {said}, and the file says {facts.get(webhook_id, 'nothing of it')}"


def _out_of_order(heard: Heard) -> Iterator[str]:
    """Of one incident, nothing is heard for the first time after what came later."""
    latest: dict[str, int] = {}
    known: set[str] = set()
    for webhook_id, body in heard:
        if webhook_id in known or not body["type"].startswith("incident."):
            continue
        known.add(webhook_id)
        incident = body["data"]["id"]
        if body["sequence"] < latest.get(incident, 0):
            yield f"of {incident}, the event {body['sequence']} was heard after the event {latest[incident]}"
        latest[incident] = max(body["sequence"], latest.get(incident, 0))
