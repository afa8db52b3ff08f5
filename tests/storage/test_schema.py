from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.core.model import MINUTE, QUIET
from storage import board, deliveries, events, observations, schema, subscriptions
from storage.opening import connect
from storage.recall import Recall
from tests.builders import NOON
from tests.storage.costs import costly
from tests.storage.owing import delivery, event, subscription
from tests.storage.packed import every, in_packs, pack_all_of, rough, rows

INCREMENTAL, FULL = 2, 2


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = connect(tmp_path / "monitor.db")
    yield db
    db.close()


def pragma(db: Database, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


def test_an_empty_file_gets_every_table(db: Database) -> None:
    schema.migrate(db, schema.MIGRATIONS)
    assert schema.names(db.conn, "table") == {
        "meta",
        "probes",
        "observations",
        "results",
        "probe_states",
        "component_states",
        "spans",
        "incidents",
        "incident_components",
        "incident_updates",
        "events",
        "deliveries",
        "attempts",
        "heartbeats",
        "keys",
        "subscriptions",
        "answers",
        "amendments",
        "maintenances",
        "rules",
        "sketches",
        "chunks",
        "packs",
    }
    assert schema.version(db.conn) == len(schema.MIGRATIONS)


def test_every_table_is_strict(db: Database) -> None:
    schema.migrate(db, schema.MIGRATIONS)
    lax = db.execute("SELECT name FROM pragma_table_list WHERE NOT strict AND name NOT LIKE 'sqlite_%'").fetchall()
    assert lax == []


def test_a_file_that_has_seen_all_migrations_stays_as_it_is(db: Database) -> None:
    schema.migrate(db, schema.MIGRATIONS)
    before = db.conn.total_changes
    schema.migrate(db, schema.MIGRATIONS)
    assert db.conn.total_changes == before


def test_a_later_migration_keeps_what_is_there(db: Database) -> None:
    first = ("CREATE TABLE kept (id INTEGER)", "INSERT INTO kept VALUES (7)")
    schema.migrate(db, [first])
    schema.migrate(db, [first, ("ALTER TABLE kept ADD COLUMN word TEXT",)])
    assert db.execute("SELECT * FROM kept").fetchall() == [(7, None)]
    assert schema.version(db.conn) == 2


def test_a_file_of_the_first_version_finds_what_it_owes_by_an_index_of_what_is_unsettled(db: Database) -> None:
    schema.migrate(db, [schema.BEGINNING])
    with db.atomic():
        subscriptions.put(db, subscription(), None)
        events.record(db, [event(1)])
        deliveries.record(db, [delivery(1)])
    schema.migrate(db, schema.MIGRATIONS)
    assert deliveries.unsettled(db) == [delivery(1, sequence=1)]
    assert costly(db, deliveries.unsettled) == ["SCAN d USING INDEX deliveries_unsettled"]
    assert "deliveries_pending" not in schema.names(db.conn, "index")


def test_a_migration_that_fails_leaves_nothing_behind(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(db, [("CREATE TABLE half (id INTEGER)", "CREATE NONSENSE")])
    assert schema.names(db.conn, "table") == set()
    assert schema.version(db.conn) == 0


def test_what_a_version_is_expected_to_have_is_what_it_has(db: Database) -> None:
    schema.migrate(db, schema.MIGRATIONS)
    expected = schema.expected(len(schema.MIGRATIONS))
    assert expected == {kind: schema.names(db.conn, kind) for kind in ("table", "index")}
    assert schema.expected(0) == {"table": set(), "index": set()}


def test_a_new_file_can_shrink_and_survives_a_power_cut(db: Database) -> None:
    schema.migrate(db, schema.MIGRATIONS)
    assert pragma(db, "auto_vacuum") == INCREMENTAL
    assert pragma(db, "journal_mode") == "wal"
    assert pragma(db, "synchronous") == FULL


def test_results_of_a_file_of_before_packs_are_packed_in_time(db: Database) -> None:
    schema.migrate(db, schema.MIGRATIONS[:4])
    runs = every(MINUTE, 300)
    with db.atomic():
        board.write(db, [(run, QUIET) for run in runs], alive=NOON)
    schema.migrate(db, schema.MIGRATIONS)
    pack_all_of(db)
    assert (in_packs(db), rows(db)) == (3, 1)
    assert [rough(it) for _, it in observations.after(db, Recall(), 0, 5_000, 0).numbered] == [
        rough(run) for run in runs[:121]
    ]
