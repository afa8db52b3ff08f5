"""Rules of recurring maintenance that were planned at run time."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.recurring import Rule
from storage.codec import decode, encode


def every(db: Database) -> list[Rule]:
    """In the order in which they were planned."""
    return [decode(Rule, body) for (body,) in db.execute("SELECT body FROM rules ORDER BY ordinal").fetchall()]


def put(db: Database, rule: Rule) -> None:
    """Write it down after those that there are; one that is known stays where it stands."""
    statement = "INSERT INTO rules (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
    db.execute(statement, (rule.id, encode(rule)))


def drop(db: Database, rule: str) -> None:
    db.execute("DELETE FROM rules WHERE id = ?", (rule,))
