"""The tables, as migrations that only grow: what was once released here is never edited, only added to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import TypeAlias

from sqlite_utils import Database

Migration: TypeAlias = tuple[str, ...]  # statements, run in one transaction

BEGINNING: Migration = (
    # One row per name; see meta.py.
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    # Names of probes as small numbers. `latest` is the seq of the result that the board holds.
    "CREATE TABLE probes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, latest INTEGER) STRICT",
    # Results and other observations share one sequence: the order in which they were decided.
    """
    CREATE TABLE observations (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE results (
        seq INTEGER PRIMARY KEY,
        probe INTEGER NOT NULL,
        started INTEGER NOT NULL,
        at INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        reason TEXT,
        resolve INTEGER,
        connect INTEGER,
        tls INTEGER,
        processing INTEGER,
        transfer INTEGER,
        http_status INTEGER,
        certificate_expires INTEGER,
        detail TEXT NOT NULL,
        evidence TEXT,
        stalled INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX results_by_start ON results (probe, started)",
    """
    CREATE TABLE probe_states (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE component_states (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE spans (
        component TEXT NOT NULL,
        since INTEGER NOT NULL,
        status TEXT NOT NULL,
        PRIMARY KEY (component, since)
    ) STRICT, WITHOUT ROWID
    """,
    # Columns for what is asked for; `body` is the whole incident but for its updates.
    """
    CREATE TABLE incidents (
        id TEXT PRIMARY KEY,
        created_at INTEGER NOT NULL,
        status TEXT NOT NULL,
        reopen_until INTEGER,
        body TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX incidents_by_creation ON incidents (created_at, id)",
    "CREATE INDEX incidents_by_status ON incidents (status, created_at, id)",
    """
    CREATE TABLE incident_components (
        component TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        incident TEXT NOT NULL,
        PRIMARY KEY (component, created_at, incident)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX incident_components_by_incident ON incident_components (incident)",
    """
    CREATE TABLE incident_updates (
        incident TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        status TEXT NOT NULL,
        message TEXT NOT NULL,
        timestamp INTEGER NOT NULL,
        PRIMARY KEY (incident, ordinal)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT
    """,
    # An event (its seq) owed to a subscription. Every row belongs to a subscription that exists.
    """
    CREATE TABLE deliveries (
        id TEXT PRIMARY KEY,
        event INTEGER NOT NULL,
        subscription TEXT NOT NULL,
        kind TEXT NOT NULL,
        incident TEXT,
        created_at INTEGER NOT NULL,
        due INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        first_attempt_at INTEGER
    ) STRICT
    """,
    "CREATE UNIQUE INDEX deliveries_by_event ON deliveries (event, subscription)",
    "CREATE INDEX deliveries_by_creation ON deliveries (subscription, created_at, id)",
    "CREATE INDEX deliveries_by_incident ON deliveries (subscription, incident) WHERE incident IS NOT NULL",
    "CREATE INDEX deliveries_pending ON deliveries (event, subscription) WHERE state = 'pending'",
    "CREATE INDEX deliveries_dead ON deliveries (subscription, created_at) WHERE state = 'dead'",
    """
    CREATE TABLE attempts (
        delivery TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        at INTEGER NOT NULL,
        status INTEGER,
        duration_ms INTEGER NOT NULL,
        excerpt TEXT NOT NULL,
        PRIMARY KEY (delivery, ordinal)
    ) STRICT, WITHOUT ROWID
    """,
    # `body` is the whole key, which never holds its text.
    """
    CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # `body` is the whole subscription with its secrets in clear: they must sign.
    """
    CREATE TABLE subscriptions (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE answers (
        key TEXT NOT NULL,
        idempotency_key TEXT NOT NULL,
        request TEXT NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (key, idempotency_key)
    ) STRICT, WITHOUT ROWID
    """,
)

# What stands is found again after a restart, too.
STANDING: Migration = (
    "DROP INDEX deliveries_pending",
    """
    CREATE INDEX deliveries_unsettled ON deliveries (event, subscription)
    WHERE state IN ('pending', 'standing')
    """,
)

# What each step of a transaction took, as JSON; and the tokens with which heartbeats report in.
WATCHING: Migration = (
    "ALTER TABLE results ADD COLUMN steps TEXT",
    """
    CREATE TABLE heartbeats (
        probe TEXT PRIMARY KEY,
        token TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

# What people say and plan.
PEOPLE: Migration = (
    "ALTER TABLE incident_updates ADD COLUMN author TEXT NOT NULL DEFAULT ''",
    # In the order in which they were made. `body` is the whole amendment.
    """
    CREATE TABLE amendments (
        ordinal INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        component TEXT NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX amendments_by_component ON amendments (component)",
    # `body` is the whole window.
    """
    CREATE TABLE maintenances (
        id TEXT PRIMARY KEY,
        starts INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX maintenances_by_start ON maintenances (starts, id)",
    # Recurring maintenance, in the order in which it was planned.
    """
    CREATE TABLE rules (
        ordinal INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL
    ) STRICT
    """,
)

# What latencies came to, and results of long ago in less room.
LASTING: Migration = (
    # The results of the probe up to that number are counted in its sketches.
    "ALTER TABLE probes ADD COLUMN sketched INTEGER NOT NULL DEFAULT 0",
    # How the latencies of a probe were distributed in the `width` ms from `since` on.
    """
    CREATE TABLE sketches (
        probe INTEGER NOT NULL,
        width INTEGER NOT NULL,
        since INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (probe, width, since)
    ) STRICT
    """,
    # Results that are packed together: all with the numbers first ≤ seq ≤ last, that started at since ≤ t ≤ until.
    """
    CREATE TABLE chunks (
        last INTEGER PRIMARY KEY,
        first INTEGER NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT
    """,
    # Those of one probe, started at since ≤ t ≤ until; `worked` of them passed or were slow, and were timed.
    # `chunk` is the last number of their chunk.
    """
    CREATE TABLE packs (
        chunk INTEGER NOT NULL,
        probe INTEGER NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER NOT NULL,
        worked INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (chunk, probe)
    ) STRICT
    """,
    # With all that a stretch of time is told by: only packs are looked at that belong to it.
    "CREATE INDEX packs_by_start ON packs (probe, until, since, worked, chunk)",
)

MIGRATIONS: tuple[Migration, ...] = (BEGINNING, STANDING, WATCHING, PEOPLE, LASTING)

LARGE = frozenset({"packs", "results", "sketches"})  # tables that grow with every run


def version(conn: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    (number,) = conn.execute("PRAGMA user_version").fetchone()
    return int(number)


def migrate(db: Database, migrations: Sequence[Migration]) -> None:
    """Run the migrations that the file has not seen, each whole or not at all."""
    for number in range(version(db.conn), len(migrations)):
        with db.atomic():
            for statement in migrations[number]:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number + 1}")


def names(conn: sqlite3.Connection, kind: str) -> set[str]:
    """The tables or indexes that the file has; `kind` is "table" or "index"."""
    found = conn.execute("SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'", (kind,))
    return {name for (name,) in found.fetchall()}


def expected(number: int) -> dict[str, set[str]]:
    """The names that a file of that version has, by kind."""
    with closing(sqlite3.connect(":memory:")) as conn:
        for migration in MIGRATIONS[:number]:
            for statement in migration:
                conn.execute(statement)
        return {kind: names(conn, kind) for kind in ("table", "index")}
