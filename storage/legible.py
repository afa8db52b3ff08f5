"""Does what a start reads make sense? A check of the file's structure does not see what became of its contents."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial

from sqlite_utils import Database

from storage import board, deliveries, events, heartbeats, keys, meta, page, rules, subscriptions

RECENT = 500  # events: those with which the stream begins


def _recent_events(db: Database) -> object:
    return events.after(db, events.newest(db) - RECENT, RECENT)


READS: tuple[Callable[[Database], object], ...] = (
    partial(meta.number, key=meta.ALIVE),
    board.load,
    board.removed,
    _recent_events,
    deliveries.unsettled,
    heartbeats.every,
    keys.every,
    page.remembered,
    rules.every,
    subscriptions.every,
)
NONSENSE = (ValueError, TypeError, LookupError, AttributeError)  # what reading garbled text ends in


def nonsense(conn: sqlite3.Connection) -> str | None:
    """What cannot be made sense of, in a database of the current version.

    Raises:
        sqlite3.DatabaseError: it cannot be read.
    """
    db = Database(conn, recursive_triggers=False, execute_plugins=False)
    for read in READS:
        try:
            read(db)
        except NONSENSE as error:
            return f"what it keeps makes no sense: {error!r}"
    return None
