from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.model import (
    ComponentState,
    Configured,
    Health,
    LedgerRewrite,
    ProbeState,
    Span,
    Status,
    Step,
    Stretch,
)
from storage.store import Store
from tests.builders import NOON, incident, result, setup
from tests.storage.owing import answered, attempt, delivery, event, key, subscription

PAGE = 4096
GARBAGE = bytes(range(1, 251)) * 40


async def fill(store: Store, runs: int = 200) -> None:
    """Something in every table."""
    step = Step(
        setup=setup(),
        probes={"api/health": ProbeState(track=(Stretch(NOON, Health.UP),))},
        components={"api": ComponentState()},
        ledger={"api": LedgerRewrite(NOON, (Span(NOON, Status.OPERATIONAL),))},
        incidents={"inc_1": incident("inc_1")},
        events=(event(1),),
    )
    await store.registry.put_key(key())
    await store.registry.put_subscription(subscription(), (key().id, "once", answered()))
    await store.commit([(Configured(NOON, setup()), step)], alive=NOON, deliveries=[delivery(1)])
    await store.outbox.put_deliveries([delivery(1, attempts=1)], attempt(1))
    await store.commit([(result(started=NOON + n), Step()) for n in range(runs)], alive=NOON)


async def closed(directory: Path) -> Path:
    """A filled database after an orderly close."""
    store = await Store.open(directory)
    await fill(store)
    await store.close()
    return directory / "monitor.db"


async def killed(directory: Path) -> Path:
    """A filled database as a killed daemon leaves it, all of it already out of the log."""
    await closed(directory / "killed")
    store = await Store.open(directory / "killed")
    shutil.copytree(directory / "killed", directory / "copy")
    await store.close()
    with closing(sqlite3.connect(directory / "copy" / "monitor.db")) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return directory / "copy" / "monitor.db"


def overwrite(file: Path, at: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)


def zero_page(file: Path, table: str) -> None:
    with closing(sqlite3.connect(file)) as conn:
        (page,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    overwrite(file, (page - 1) * PAGE, bytes(PAGE))


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement)


def cut_in_half(file: Path) -> None:
    overwrite(file, 0, file.read_bytes())
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def garble_the_schema(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE spans", b"CREATE \xff\xff\xff\xff\xff spans"))


def leave_only_the_log(file: Path) -> None:
    file.write_bytes(b"")
    file.with_name("monitor.db-wal").write_bytes(GARBAGE)


def put_another_program_there(file: Path) -> None:
    file.unlink()
    change(file, "CREATE TABLE recipes (id INTEGER)", "INSERT INTO recipes VALUES (1)")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "header overwritten": lambda file: overwrite(file, 0, GARBAGE[:100]),
    "first page zeroed": lambda file: overwrite(file, 0, bytes(PAGE)),
    "all of it garbage": lambda file: file.write_bytes(GARBAGE),
    "a text in its place": lambda file: file.write_text("Not a database at all, but a note of somebody.\n" * 99),
    "cut in half": cut_in_half,
    "page of probe states zeroed": lambda file: zero_page(file, "probe_states"),
    "page of spans zeroed": lambda file: zero_page(file, "spans"),
    "page of incidents zeroed": lambda file: zero_page(file, "incidents"),
    "page of deliveries zeroed": lambda file: zero_page(file, "deliveries"),
    "page of attempts zeroed": lambda file: zero_page(file, "attempts"),
    "page of subscriptions zeroed": lambda file: zero_page(file, "subscriptions"),
    "page of keys zeroed": lambda file: zero_page(file, "keys"),
    "page of answers zeroed": lambda file: zero_page(file, "answers"),
    "page of an index overwritten": lambda file: zero_page(file, "incidents_by_status"),
    "a table gone": lambda file: change(file, "DROP TABLE attempts"),
    "an index gone": lambda file: change(file, "DROP INDEX results_by_start"),
    "a schema that is no text": garble_the_schema,
    "an impossible version": lambda file: change(file, "PRAGMA user_version = -7"),
    "a state that is no JSON": lambda file: change(file, "UPDATE probe_states SET state = '#' || substr(state, 2)"),
    "a state that lacks something": lambda file: change(file, "UPDATE probe_states SET state = '{}'"),
    "an event that is no JSON": lambda file: change(file, "UPDATE events SET body = '#' || substr(body, 2)"),
    "a setup that is no text": lambda file: change(
        file, "UPDATE meta SET value = CAST(x'ff' AS TEXT) WHERE key = 'setup'"
    ),
    "a status that there is not": lambda file: change(
        file, "UPDATE incidents SET body = replace(body, 'major', 'mayor')"
    ),
    "a log without its database": leave_only_the_log,
    "the database of another program": put_another_program_there,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
async def test_a_broken_database_is_moved_aside_as_it_is_and_a_fresh_one_begun(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    file = await closed(tmp_path)
    damage(file)
    broken = file.read_bytes()

    store = await Store.open(tmp_path)
    assert store.moved_aside is not None
    assert re.fullmatch(r"monitor\.db\.corrupt-\d{8}T\d{6}Z", store.moved_aside.name)
    assert store.moved_aside.read_bytes() == broken
    assert (await store.load()).probes == {}
    await fill(store)
    await store.close()

    store = await Store.open(tmp_path)
    assert store.moved_aside is None
    assert set((await store.load()).probes) == {"api/health"}
    await store.close()


@pytest.mark.parametrize("name", ["monitor.db", "monitor.db-wal", "monitor.db-shm"])
async def test_a_directory_in_the_place_of_a_file_is_moved_aside(tmp_path: Path, name: str) -> None:
    await closed(tmp_path)
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name / "below").mkdir(parents=True)
    store = await Store.open(tmp_path)
    await fill(store)
    await store.close()
    assert store.moved_aside is not None
    (there,) = tmp_path.glob("monitor.db.corrupt-*/below")
    assert there.parent.name == f"{store.moved_aside.name}{name.removeprefix('monitor.db')}"


async def test_the_log_of_a_broken_database_goes_with_it(tmp_path: Path) -> None:
    file = await closed(tmp_path)
    overwrite(file, 0, GARBAGE[:100])
    file.with_name("monitor.db-wal").write_bytes(GARBAGE)
    store = await Store.open(tmp_path)
    assert store.moved_aside is not None
    assert store.moved_aside.with_name(f"{store.moved_aside.name}-wal").read_bytes() == GARBAGE
    await store.close()


async def test_what_was_moved_aside_in_the_same_second_is_not_overwritten(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    stamps = [f"{now + timedelta(seconds=n):%Y%m%dT%H%M%SZ}" for n in range(120)]
    taken = [tmp_path / f"monitor.db.corrupt-{stamp}" for stamp in stamps]
    for earlier in taken:
        earlier.touch()
    (tmp_path / "monitor.db").write_bytes(GARBAGE)
    store = await Store.open(tmp_path)
    await store.close()
    assert store.moved_aside is not None
    assert store.moved_aside.read_bytes() == GARBAGE
    assert store.moved_aside.name.endswith("Z.1")
    assert [earlier.stat().st_size for earlier in taken] == [0] * len(taken)


async def test_garbage_in_the_log_costs_what_was_in_the_log_and_no_more(tmp_path: Path) -> None:
    file = await killed(tmp_path)
    store = await Store.open(file.parent)
    await store.commit([], alive=NOON + 1)
    shutil.copytree(file.parent, tmp_path / "again")
    await store.close()
    log = tmp_path / "again" / "monitor.db-wal"
    log.write_bytes(GARBAGE[: log.stat().st_size])

    store = await Store.open(tmp_path / "again")
    assert store.moved_aside is None
    assert await store.last_alive() == NOON
    assert len(await store.latencies("api", since=0)) == 200
    await store.close()


async def test_results_are_checked_after_an_unclean_exit(tmp_path: Path) -> None:
    file = await killed(tmp_path)
    zero_page(file, "results")
    store = await Store.open(file.parent)
    assert store.moved_aside is not None
    await store.close()


async def test_a_sound_database_of_a_killed_daemon_is_kept(tmp_path: Path) -> None:
    file = await killed(tmp_path)
    store = await Store.open(file.parent)
    assert store.moved_aside is None
    assert len(await store.latencies("api", since=0)) == 200
    await store.close()


async def test_results_found_broken_at_work_are_moved_aside_at_the_next_start(tmp_path: Path) -> None:
    zero_page(await closed(tmp_path), "results_by_start")
    store = await Store.open(tmp_path)
    assert store.moved_aside is None
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        await store.latencies("api", since=0)
    await store.close()

    store = await Store.open(tmp_path)
    assert store.moved_aside is not None
    await store.close()


async def test_a_suspicion_that_a_whole_check_did_not_confirm_is_dropped(tmp_path: Path) -> None:
    file = await closed(tmp_path)
    change(file, "INSERT OR REPLACE INTO meta VALUES ('suspect', 1)")
    store = await Store.open(tmp_path)
    await store.close()
    zero_page(file, "results_by_start")
    store = await Store.open(tmp_path)
    assert store.moved_aside is None
    await store.close()
