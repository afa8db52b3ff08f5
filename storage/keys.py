"""Keys: each with the digest of its text, which nobody could get the text back from."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.subscribing import Key
from storage.codec import decode, encode

UPSERT = """
    INSERT INTO keys VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, body = excluded.body
"""


def put(db: Database, key: Key) -> None:
    """Write a key down as it is now."""
    db.execute(UPSERT, (key.id, key.digest, encode(key)))


def every(db: Database) -> list[Key]:
    """All keys, oldest first."""
    keys = [decode(Key, body) for (body,) in db.execute("SELECT body FROM keys").fetchall()]
    return sorted(keys, key=lambda key: (key.created_at, key.id))
