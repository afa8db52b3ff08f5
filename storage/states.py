"""Current states of probes and components: one row each, replaced whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sqlite_utils import Database

from monitor.core.model import ComponentState, ProbeState
from storage.codec import decode, encode

State = TypeVar("State", ProbeState, ComponentState)


def put_probes(db: Database, states: Mapping[str, ProbeState | None]) -> None:
    """Replace states by probe; None forgets one."""
    _put(db, "probe_states", states)


def put_components(db: Database, states: Mapping[str, ComponentState | None]) -> None:
    """Replace states by component; None forgets one."""
    _put(db, "component_states", states)


def probes(db: Database) -> dict[str, ProbeState]:
    return _all(db, "probe_states", ProbeState)


def components(db: Database) -> dict[str, ComponentState]:
    return _all(db, "component_states", ComponentState)


def _put(db: Database, table: str, states: Mapping[str, State | None]) -> None:
    upsert = f"INSERT INTO {table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state"
    db.conn.executemany(upsert, [(id_, encode(state)) for id_, state in states.items() if state is not None])
    gone = [(id_,) for id_, state in states.items() if state is None]
    db.conn.executemany(f"DELETE FROM {table} WHERE id = ?", gone)


def _all(db: Database, table: str, noun: type[State]) -> dict[str, State]:
    rows = db.execute(f"SELECT id, state FROM {table}").fetchall()
    return {id_: decode(noun, state) for id_, state in rows}
