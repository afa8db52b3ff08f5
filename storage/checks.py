"""Is the file sound? Asked of a connection that cannot write, before anything else touches the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from storage import legible, meta, schema
from storage.errors import Unusable, refusal

MEBIBYTE = 1024 * 1024
CHECK_ALL_BELOW = 64 * MEBIBYTE  # a whole check takes about 20 s a GiB


def fault(path: Path) -> str | None:
    """What is wrong with the file; None when it is sound or not there.

    Raises:
        Unusable: a newer version wrote it.
        sqlite3.OperationalError: it cannot be read just now, which says nothing about its contents.
    """
    strange = next((part.name for part in parts(path) if part.exists() and not part.is_file()), None)
    if strange is not None:
        return f"{strange} is not a file"
    if not _size(path):
        # SQLite would delete a log without a database.
        return "its write-ahead log stands alone" if _size(wal(path)) else None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            return _fault(conn, path)
    except sqlite3.DatabaseError as error:
        if refusal(error, path):
            raise
        return str(error)
    except UnicodeDecodeError:  # SQLite quotes what it cannot make sense of
        return "its schema is garbled"


def wal(path: Path) -> Path:
    """The write-ahead log of a database."""
    return path.with_name(f"{path.name}-wal")


def parts(path: Path) -> list[Path]:
    """A database and what belongs to it."""
    return [path, wal(path), path.with_name(f"{path.name}-shm")]


def _fault(conn: sqlite3.Connection, path: Path) -> str | None:
    version, tables = schema.version(conn), schema.names(conn, "table")
    if version > len(schema.MIGRATIONS):
        raise Unusable(f"{path} was written by a newer version: run that one, or name another directory")
    if version < 0 or (version == 0 and tables):
        return "it was not written by this program"
    expected = schema.expected(version)
    missing = (expected["table"] - tables) | (expected["index"] - schema.names(conn, "index"))
    if missing:
        return f"it lacks {', '.join(sorted(missing))}"
    found = _broken(conn, tables, path)
    return found or (legible.nonsense(conn) if version == len(schema.MIGRATIONS) else None)


def _broken(conn: sqlite3.Connection, tables: set[str], path: Path) -> str | None:
    if tables and _thoroughly(conn, path):
        pragmas = ["PRAGMA integrity_check"]
    else:
        pragmas = [f"PRAGMA integrity_check('{table}')" for table in sorted(tables - schema.LARGE)]
    for pragma in pragmas:
        (found,) = conn.execute(pragma).fetchone()
        if found != "ok":
            return str(found)
    return None


def _thoroughly(conn: sqlite3.Connection, path: Path) -> bool:
    marks = dict(
        conn.execute("SELECT key, value FROM meta WHERE key IN (?, ?)", (meta.CLEAN, meta.SUSPECT)).fetchall()
    )
    if marks.get(meta.SUSPECT):
        return True
    return not marks.get(meta.CLEAN) and _size(path) + _size(wal(path)) < CHECK_ALL_BELOW


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
