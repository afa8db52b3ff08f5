"""What the torture looks for is found where it is, and nowhere else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter.documents import incident_document, timestamp
from monitor.core.fanout import fan_out
from monitor.core.machine import advance
from monitor.core.model import SECOND, Configured, Incident, Observation, Result, Started, Verdict
from storage import Store
from storage.opening import DATABASE
from tests.builders import NOON, result, setup
from tests.receivers import Receiver
from tests.storage.owing import subscription
from tests.torture.acknowledged import Witness
from tests.torture.soundness import faults

SERIES = [Verdict.PASS, *[Verdict.FAIL] * 3, *[Verdict.PASS] * 6]  # an incident opens and resolves
CHANGES = (
    ("INSERT INTO spans SELECT component, max(since) + 1, status FROM spans", "twice in a row"),
    ("DELETE FROM spans", "has a state and no ledger"),
    ("UPDATE spans SET status = 'unknown' WHERE since = (SELECT max(since) FROM spans)", "does not end as its state"),
    ("INSERT INTO incidents SELECT 'inc_2', created_at, status, NULL, body FROM incidents", "has 2 incidents"),
    ("DELETE FROM events WHERE kind = 'incident.created'", "are not those of its"),
    ("DELETE FROM events WHERE seq = 2", "between the events 1 and 3"),
    ("DELETE FROM incidents", "was shown and is not there"),
    ("DELETE FROM incidents", "which is not there"),
    ("UPDATE incident_updates SET message = 'x'", "was shown as"),
    ("DELETE FROM results WHERE seq = 5", "was shown and is not there"),
    ("UPDATE results SET seq = 1 WHERE seq = 5", "bear the number 1"),
    ("DELETE FROM subscriptions", "acknowledged and is not there"),
    ("DELETE FROM deliveries WHERE event = 3", "is owed to nobody"),
    ("UPDATE events SET kind = 'x' WHERE seq = 1", "and the file says"),
)


class Past:
    """A directory with a short past, all of which was seen and heard."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.witness = Witness()
        self.receiver = Receiver()

    async def live(self) -> None:
        store, sub = await Store.open(self.data), subscription()
        await store.registry.put_subscription(sub)
        self.witness.note_subscription({"id": sub.id})
        self.witness.listening = {"id": sub.id, "created_at": timestamp(sub.created_at)}
        board = await store.load()
        for observation in _observations():
            step = advance(board, observation)
            owed = [delivery for event in step.events for delivery in fan_out(event, [sub], set())]
            await store.commit([(observation, step)], observation.at, owed)
            board.apply(observation, step)
        for told in await store.events(0, 100):
            said = {"type": told.event.kind, "timestamp": timestamp(told.event.at), "sequence": told.sequence}
            subject = told.event.subject
            about = incident_document(subject) if isinstance(subject, Incident) else {}
            self.receiver.got.append((told.event.id, {**said, "data": about}))
        for incident in await store.incidents(limit=10):
            self.witness.note_incident(incident_document(incident))
        self.witness.checks = {(latest.probe, timestamp(latest.at)) for latest in _results()}
        await store.close()

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.data / DATABASE)) as database, database:
            database.execute(statement)

    def faults(self) -> str:
        return "\n".join(faults(self.data, self.witness, self.receiver))


@pytest.fixture
async def past(tmp_path: Path) -> Past:
    past = Past(tmp_path)
    await past.live()
    return past


async def test_a_past_in_which_nothing_was_lost_has_no_fault(past: Past) -> None:
    assert len(past.receiver.got) > 4
    assert past.faults() == ""


@pytest.mark.parametrize(("statement", "words"), CHANGES)
async def test_what_is_wrong_with_the_file_is_said(past: Past, statement: str, words: str) -> None:
    past.change(statement)
    assert words in past.faults()


async def test_a_file_that_is_no_database_any_more_is_said_to_be_corrupt(past: Past) -> None:
    with (past.data / DATABASE).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    assert "corrupt" in past.faults()


async def test_a_database_that_was_moved_aside_is_a_fault(past: Past) -> None:
    (past.data / f"{DATABASE}.corrupt-20261201T120000Z").touch()
    assert "moved aside" in past.faults()


async def test_a_webhook_that_never_came_is_a_fault(past: Past) -> None:
    del past.receiver.got[1]
    assert "was owed and never received" in past.faults()


async def test_a_webhook_of_nothing_that_happened_is_a_fault(past: Past) -> None:
    past.receiver.got.append(("evt_other", past.receiver.got[0][1]))
    assert "the webhook evt_other said" in past.faults()


async def test_webhooks_of_one_incident_that_came_in_the_wrong_order_are_a_fault(past: Past) -> None:
    past.receiver.got.reverse()
    assert "was heard after the event" in past.faults()


async def test_a_signature_that_does_not_verify_is_a_fault(past: Past) -> None:
    past.receiver.unsigned.append("evt_1")
    assert "does not verify" in past.faults()


async def test_a_subscription_that_is_there_again_is_a_fault(past: Past) -> None:
    past.witness.note_gone("sub_1")
    assert "is there again" in past.faults()


async def test_a_maintenance_window_that_is_not_there_is_a_fault(past: Past) -> None:
    past.witness.note_window({"id": "mnt_1", "title": "Upgrade", "starts": "", "ends": ""})
    assert "mnt_1 was acknowledged and is not there" in past.faults()


def _observations() -> list[Observation]:
    return [Started(NOON, None), Configured(NOON, setup(resolve_after=SECOND)), *_results()]


def _results() -> list[Result]:
    return [result(verdict=verdict, started=NOON + nth * 30 * SECOND) for nth, verdict in enumerate(SERIES, 1)]
