"""Bytes that a result takes on disk after a day and after a month of six probes, and which parts they are in."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rig.figures import Row, progress
from bench.rig.past import Past, month, written
from monitor.core.model import DAY, HOUR, MINUTE

DAY_OF_SIX, MONTH_OF_SIX = (Past(probes=6, lasts=days * DAY) for days in (1, 30))
WIDTHS = {5 * MINUTE: "5 min", HOUR: "1 h", DAY: "1 d"}
LARGE = ("results", "packs", "sketches")
PAGES = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"
FREE = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
SKETCHES = "SELECT width, sum(length(body)) FROM sketches GROUP BY width"


def measure() -> Sequence[Row]:
    """A row for each part and length; takes a minute, if nobody wrote down the month before."""
    with TemporaryDirectory() as directory:
        progress("a day of six probes is written down")
        asyncio.run(written(Path(directory), DAY_OF_SIX))
        return [*_rows(Path(directory), DAY_OF_SIX), *_rows(month(), MONTH_OF_SIX)]


def _rows(data: Path, past: Past) -> Iterator[Row]:
    parts = _parts(data)
    for part, size in [("all", sum(parts.values())), *parts.items()]:
        yield {
            "days": past.lasts // DAY,
            "results": past.results,
            "part": part,
            "bytes": size,
            "bytes/result": size / past.results,
        }


def _parts(data: Path) -> Mapping[str, int]:
    """Bytes by what they are for, the largest first."""
    (file,) = data.glob("*.db")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        pages = dict(conn.execute(PAGES).fetchall())
        tables = dict(conn.execute("SELECT name, tbl_name FROM sqlite_schema").fetchall())
        widths = dict(conn.execute(SKETCHES).fetchall())
        (free,) = conn.execute(FREE).fetchone()
    parts = Counter({"free": free})
    for name, size in pages.items():
        parts[_part(name, tables.get(name, ""))] += size
    sketches = parts.pop("sketches", 0)
    for width, size in widths.items():  # their pages are shared as their bodies are
        parts[f"sketches of {WIDTHS[width]}"] = sketches * size // sum(widths.values())
    return dict(parts.most_common())


def _part(name: str, table: str) -> str:
    """What a table or an index counts as."""
    if name in LARGE:
        return name
    return f"indexes of {table}" if table in LARGE else "all else"
