from __future__ import annotations

import signal
from pathlib import Path

import pytest

from storage.store import Store
from tests.storage.processes import child


def killed_after(acknowledged: int, directory: Path) -> int:
    """Let a child commit, kill it in the middle of its work; the last number that it said."""
    with child("commit", directory) as running:
        assert running.stdout is not None
        for _ in range(acknowledged):
            running.stdout.readline()
        running.kill()
        rest = running.stdout.read().splitlines()
    # A line that was cut is not an acknowledgement that anybody read.
    return int(rest[-1]) if rest else acknowledged


async def numbers(directory: Path) -> set[int]:
    """The number that each table ends with."""
    store = await Store.open(directory)
    assert store.moved_aside is None
    board = await store.load()
    spans = await store.spans("api", 0)
    alive = await store.last_alive()
    runs = await store.latencies("api", 0)
    owed = await store.outbox.unsettled()
    newest = await store.outbox.told(owed[-1].event)
    await store.close()
    assert alive is not None
    assert len(runs) % 2 == 0
    return {
        alive,
        board.at,
        board.probes["api/health"].fails.count,
        board.components["api"].decided,
        board.latest["api/health"].started,
        len(board.incidents["inc_1"].updates),
        len(spans),
        len(runs) // 2,
        len(owed),
        newest.sequence,
        newest.event.at,
    }


@pytest.mark.parametrize("acknowledged", [1, 2, 7, 60])
async def test_a_killed_daemon_keeps_all_that_was_acknowledged_and_nothing_by_halves(
    tmp_path: Path, acknowledged: int
) -> None:
    last = killed_after(acknowledged, tmp_path)
    (kept,) = await numbers(tmp_path)
    assert last <= kept <= last + 1


@pytest.mark.parametrize("statement", ["INSERT INTO events", "INSERT INTO deliveries", "COMMIT"])
async def test_a_daemon_killed_within_a_commit_keeps_neither_events_nor_what_is_owed_for_them(
    tmp_path: Path, statement: str
) -> None:
    with child("die-before", tmp_path, statement) as running:
        assert running.wait() == -signal.SIGKILL
    assert await numbers(tmp_path) == {1}


async def test_a_daemon_killed_again_and_again_goes_on_where_it_ended(tmp_path: Path) -> None:
    kept = 0
    for _ in range(4):
        killed_after(3, tmp_path)
        before, (kept,) = kept, await numbers(tmp_path)
        assert kept >= before + 3
