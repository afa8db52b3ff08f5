"""What may befall the files of a database while nobody looks."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from tests.torture.soundness import corruption

PAGE = 4096
HEADER = 100  # bytes
FLIPPED = 8  # bytes at a time
ZEROED = 3  # pages at a time

Damage: TypeAlias = Callable[[Path, random.Random], None]  # to the database file, and what lies beside it


def flip_bytes(file: Path, chance: random.Random) -> None:
    for _ in range(FLIPPED):
        _overwrite(file, chance.randrange(file.stat().st_size), chance.randbytes(1))


def flip_texts(file: Path, chance: random.Random) -> None:
    """Where a text is kept, which no check of a file's structure sees."""
    content = file.read_bytes()
    places = [at for at, byte in enumerate(content) if byte == ord("{")]
    for at in chance.sample(places, min(FLIPPED, len(places))):
        _overwrite(file, at, b"#")


def zero_pages(file: Path, chance: random.Random) -> None:
    for _ in range(ZEROED):
        _overwrite(file, chance.randrange(file.stat().st_size // PAGE) * PAGE, bytes(PAGE))


def swap_pages(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    one, other = (chance.randrange(1, len(content) // PAGE) * PAGE for _ in range(2))
    _overwrite(file, one, content[other : other + PAGE])
    _overwrite(file, other, content[one : one + PAGE])


def truncate(file: Path, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.truncate(chance.randrange(1, file.stat().st_size))


def garble_header(file: Path, chance: random.Random) -> None:
    _overwrite(file, 0, chance.randbytes(HEADER))


def garble_log(file: Path, chance: random.Random) -> None:
    log = _beside(file, "-wal")
    begins = chance.randrange(max(1, log.stat().st_size))
    _overwrite(log, begins, chance.randbytes(log.stat().st_size - begins))


def truncate_log(file: Path, chance: random.Random) -> None:
    truncate(_beside(file, "-wal"), chance)


def garble_shared_memory(file: Path, chance: random.Random) -> None:
    _beside(file, "-shm").write_bytes(chance.randbytes(8 * PAGE))


def all_zeros(file: Path, _: random.Random) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def another_database(file: Path, _: random.Random) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE recipes (id INTEGER)")


def a_directory(file: Path, _: random.Random) -> None:
    file.unlink()
    file.mkdir()
    (file / "note").write_text("Not what was here.\n", encoding="utf-8")


def a_log_that_is_a_directory(file: Path, _: random.Random) -> None:
    _beside(file, "-wal").unlink(missing_ok=True)
    _beside(file, "-wal").mkdir()


def only_the_log(file: Path, _: random.Random) -> None:
    file.unlink()


DAMAGES: Mapping[str, Damage] = {
    "bytes flipped": flip_bytes,
    "-shm garbled": garble_shared_memory,
    "texts flipped": flip_texts,
    "a directory in its place": a_directory,
    "log garbled": garble_log,
    "pages zeroed": zero_pages,
    "pages swapped": swap_pages,
    "truncated": truncate,
    "header garbled": garble_header,
    "log truncated": truncate_log,
    "all zeros": all_zeros,
    "another database": another_database,
    "a directory for a log": a_log_that_is_a_directory,
    "only its log": only_the_log,
}
OF_THE_LOG = frozenset({"log garbled", "log truncated", "only its log"})  # only where there is one


def contents(data: Path, name: str) -> list[str] | None:
    """All that a copy of the database holds, and what its own check says of it; None when it cannot be read."""
    copy = data.with_name(f"{data.name}-read")
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.sock"))
    try:
        with closing(sqlite3.connect(copy / name)) as database:
            return [*database.iterdump(), *corruption(database)]
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        shutil.rmtree(copy)


def _overwrite(file: Path, at: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(f"{file.name}{suffix}")
