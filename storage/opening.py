"""From a directory to an open database: taken for us alone, checked, moved aside when broken, migrated."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlite_utils import Database

from storage import checks, meta, schema
from storage.errors import Held, Unusable, unusable

DATABASE = "monitor.db"
LOCK = "monitor.lock"
IN_USE = "{directory} is in use, by a daemon, a replay or a report: stop it, wait for it, or name another directory"
LARGEST_LOG = 4 * 1024 * 1024  # bytes that the log keeps once its contents are in the file
BUSY_TIMEOUT = 0.1  # s; nobody else should be there, and a commit that waits makes readers wait


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database that is ours alone while `lock`, a file descriptor, is open."""

    db: Database
    path: Path
    lock: int
    moved_aside: Path | None


def open_database(directory: Path) -> Opened:
    """Open the database in the directory; make what is missing.

    Raises:
        Held: a daemon or a command has it.
        Unusable: it cannot be used as it is.
    """
    lock = _take(directory)
    path = directory / DATABASE
    try:
        aside = _move_aside(path) if checks.fault(path) else None
        return Opened(_begin(path), path, lock, aside)
    except (OSError, sqlite3.OperationalError) as error:
        os.close(lock)
        raise unusable(error, path) from error
    except BaseException:
        os.close(lock)
        raise


def close_database(opened: Opened) -> None:
    """Mark the file as orderly closed and let go of the directory."""
    try:
        # On a full disk it stays unmarked, and the next start checks more: no reason to fail here.
        with suppress(sqlite3.OperationalError):
            meta.put(opened.db, meta.CLEAN, 1)
    finally:
        opened.db.close()  # folds the log into the file
        os.close(opened.lock)


def is_in_place(opened: Opened) -> bool:
    """Whether the directory is still the one that was taken: what is written to a deleted one is lost."""
    here = os.fstat(opened.lock)
    try:
        there = os.stat(opened.path.with_name(LOCK))
    except OSError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def connect(path: Path) -> Database:
    """A connection for one thread, as all our work expects it."""
    conn = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
    try:
        db = Database(conn, recursive_triggers=False, execute_plugins=False)
        # Only an empty file takes auto_vacuum, so it comes first.
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _use_wal(db, path)
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG}")
    except BaseException:
        conn.close()
        raise
    return db


def _use_wal(db: Database, path: Path) -> None:
    (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Unusable(f"the file system of {path} cannot share memory: name a directory on a local disk")


def _take(directory: Path) -> int:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # secrets of subscriptions will be in there
        lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unusable(error, directory) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if isinstance(error, BlockingIOError):
            raise Held(IN_USE.format(directory=directory)) from error
        raise unusable(error, directory) from error
    return lock


def _begin(path: Path) -> Database:
    path.touch(mode=0o600)  # secrets are in it; its log takes over the mode
    db = connect(path)
    try:
        schema.migrate(db, schema.MIGRATIONS)
        with db.atomic():
            meta.put(db, meta.CLEAN, 0)
            meta.put(db, meta.SUSPECT, 0)  # if it was, it has just been checked
    except BaseException:
        db.close()
        raise
    return db


def _move_aside(path: Path) -> Path:
    """Rename the file and what belongs to it; nothing is overwritten. The new name of the database."""
    stem = f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (path.with_name(f"{stem}.{n}" if n else stem) for n in count())
    aside = next(name for name in names if not any(part.exists() for part in checks.parts(name)))
    for part, name in zip(checks.parts(path), checks.parts(aside), strict=True):
        if part.exists():
            part.rename(name)
    return aside
