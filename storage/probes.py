"""Probes: the numbers by which rows know them."""

from __future__ import annotations

from sqlite_utils import Database

OF = "SELECT id FROM probes WHERE name >= ? AND name < ? ORDER BY name"
SKETCHED = "SELECT sketched FROM probes WHERE id = ?"


def of(db: Database, component: str) -> list[int]:
    """Those named "component/…"; "0" is what follows "/"."""
    return [probe for (probe,) in db.execute(OF, (f"{component}/", f"{component}0")).fetchall()]


def sketched(db: Database, probe: int) -> int:
    """The results of the probe up to that number are counted in its sketches."""
    row: tuple[int] = db.execute(SKETCHED, (probe,)).fetchone()
    return row[0]
