from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from monitor.core.model import QUIET
from storage.errors import Held, NotNow, Unusable, unusable
from storage.store import Store
from tests.builders import NOON, result
from tests.storage.processes import child, said


async def test_a_missing_directory_is_made(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "deep" / "data")
    await store.close()
    assert (tmp_path / "deep" / "data" / "monitor.db").is_file()


async def test_a_directory_that_another_daemon_holds_is_refused_by_name(tmp_path: Path) -> None:
    with child("hold", tmp_path) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Held, match=f"{tmp_path} is in use, by a daemon, a replay or a report: stop it"):
            await Store.open(tmp_path)


async def test_a_directory_is_free_again_once_the_other_daemon_died(tmp_path: Path) -> None:
    with child("hold", tmp_path) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
        other.wait()
        store = await Store.open(tmp_path)
    await store.close()


async def test_two_stores_of_one_process_do_not_share_a_directory(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Held):
        await Store.open(tmp_path)


async def test_a_closed_store_can_be_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        store = await Store.open(tmp_path)
        await store.close()
    assert store.moved_aside is None


async def test_a_file_in_the_place_of_the_directory_is_unusable(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.touch()
    with pytest.raises(Unusable, match=f"{place} is not a directory: name one"):
        await Store.open(place)


async def test_a_file_above_the_directory_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match="is not a directory"):
        await Store.open(tmp_path / "file" / "data")


async def test_a_directory_that_was_unusable_is_not_held(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(Unusable):
        await Store.open(tmp_path)
    (tmp_path / "monitor.db").unlink()
    store = await Store.open(tmp_path)
    await store.close()


def test_a_directory_without_the_right_to_write_is_unusable() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o555)
        assert said("without-rights", place) == f"{place} may not be written by this user: give it write access\n"


async def test_a_disk_without_space_at_the_start_is_not_taken_for_corruption(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.commit([], alive=NOON)
    await store.close()
    assert said("without-space", tmp_path).startswith(f"{tmp_path / 'monitor.db'} cannot be read or written")
    store = await Store.open(tmp_path)
    assert store.moved_aside is None
    assert await store.last_alive() == NOON
    await store.close()


async def test_a_database_that_another_program_has_locked_can_be_opened_later(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.close()
    with closing(sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotNow, match="another program has locked"):
            await Store.open(tmp_path)
    store = await Store.open(tmp_path)
    await store.close()


@pytest.mark.parametrize(
    ("number", "passes"),
    [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, True), (errno.EACCES, False), (errno.EROFS, False)],
)
def test_what_may_pass_by_itself_is_told_from_what_will_not(tmp_path: Path, number: int, *, passes: bool) -> None:
    assert isinstance(unusable(OSError(number, os.strerror(number)), tmp_path), NotNow) is passes


async def test_a_file_of_a_newer_version_is_left_untouched(tmp_path: Path) -> None:
    file = tmp_path / "monitor.db"
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("CREATE TABLE unheard_of (id INTEGER)")
        newer.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    with pytest.raises(Unusable, match="was written by a newer version"):
        await Store.open(tmp_path)
    assert file.read_bytes() == before


async def test_an_empty_file_is_begun(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").touch()
    store = await Store.open(tmp_path)
    assert store.moved_aside is None
    await store.close()


@pytest.mark.parametrize("name", ["monitor.db", "monitor.db-wal", "monitor.db-shm"])
async def test_nobody_else_may_read_what_holds_secrets(store: Store, tmp_path: Path, name: str) -> None:
    await store.commit([(result(), QUIET)], alive=NOON)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


async def test_after_an_orderly_close_the_database_is_one_file(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.commit([(result(), QUIET)], alive=NOON)
    await store.close()
    assert sorted(os.listdir(tmp_path)) == ["monitor.db", "monitor.lock"]
