"""Tokens of heartbeats, in clear: whoever sets up a job is shown its token again."""

from __future__ import annotations

from sqlite_utils import Database


def put(db: Database, probe: str, token: str) -> None:
    """Remember the token that was made for a probe."""
    db.execute(
        "INSERT INTO heartbeats VALUES (?, ?) ON CONFLICT (probe) DO UPDATE SET token = excluded.token",
        (probe, token),
    )


def every(db: Database) -> dict[str, str]:
    """Probe → token."""
    return dict(db.execute("SELECT probe, token FROM heartbeats").fetchall())
