from __future__ import annotations

import random
from pathlib import Path

import pytest

from storage.opening import DATABASE
from tests.torture.calls import Call, Created, Removed, Resized, Said, Synced, Wrote
from tests.torture.cases.power import cuts, recorded
from tests.torture.powercut import Disk
from tests.torture.scorecard import Unavailable
from tests.torture.tracing import require_tracing

SECTOR = 512
OLD, NEW = b"o" * 8_192, b"n" * 8_192
SYNCED: tuple[Call, ...] = (Created("a"), Wrote("a", 0, OLD), Synced("a"), Synced(""))
ENOUGH = 60  # cuts, to come to whatever may be


def left_after(directory: Path, *calls: Call) -> set[tuple[tuple[str, bytes], ...]]:
    """All that may be there after these calls, as (name, content) of each file."""
    disk, found = Disk(), set()
    for call in calls:
        disk.take(call)
    for seed in range(ENOUGH):
        cut = directory / str(seed)
        cut.mkdir()
        disk.cut(cut, random.Random(seed))
        found.add(tuple(sorted((file.name, file.read_bytes()) for file in cut.iterdir())))
    return found


def test_what_was_synced_is_there(tmp_path: Path) -> None:
    assert left_after(tmp_path, *SYNCED) == {(("a", OLD),)}


def test_what_was_not_synced_is_torn_by_the_sector(tmp_path: Path) -> None:
    left = left_after(tmp_path, *SYNCED, Wrote("a", 0, NEW))
    sectors = {content[at : at + SECTOR] for ((_, content),) in left for at in range(0, len(content), SECTOR)}
    assert sectors == {OLD[:SECTOR], NEW[:SECTOR]}
    assert len(left) > ENOUGH / 2


def test_a_write_may_come_before_an_earlier_one(tmp_path: Path) -> None:
    left = left_after(tmp_path, *SYNCED, Wrote("a", 0, NEW[:4_096]), Wrote("a", 4_096, NEW[:4_096]))
    assert (("a", OLD[:4_096] + NEW[:4_096]),) in left


def test_a_sector_that_was_written_twice_is_in_one_of_three_states(tmp_path: Path) -> None:
    first, second = Wrote("a", 0, b"1" * 4_096), Wrote("a", 0, b"2" * 4_096)
    left = left_after(tmp_path, *SYNCED, first, second)
    assert {content[0] for ((_, content),) in left} == set(b"o12")


def test_a_file_that_grew_may_be_short_or_hold_zeros(tmp_path: Path) -> None:
    left = left_after(tmp_path, *SYNCED, Wrote("a", len(OLD), NEW[:4_096]))
    contents = {content for ((_, content),) in left}
    assert {OLD, OLD + bytes(4_096), OLD + NEW[:4_096]} <= contents


def test_a_file_that_was_cut_may_be_as_long_as_before(tmp_path: Path) -> None:
    left = left_after(tmp_path, *SYNCED, Resized("a", 512))
    assert {len(content) for ((_, content),) in left} == {512, len(OLD)}


def test_a_file_whose_directory_was_not_synced_may_be_missing_and_a_removed_one_there(tmp_path: Path) -> None:
    left = left_after(tmp_path, *SYNCED, Removed("a"), Created("b"))
    assert left == {(("a", OLD),), (), (("b", b""),)}


def test_a_disk_knows_what_was_acknowledged_before_the_cut() -> None:
    disk = Disk()
    disk.take(Said("1"))
    assert disk.acknowledged == ["1"]


@pytest.mark.timeout(120)
async def test_a_storage_that_syncs_less_loses_what_it_acknowledged(tmp_path: Path) -> None:
    try:
        require_tracing()
    except Unavailable as why:
        pytest.skip(str(why))
    chance = random.Random(7)
    record = await recorded(tmp_path, 40, "NORMAL")
    assert Synced(DATABASE) in record
    score = await cuts(record, tmp_path, 40, chance)
    assert any("were acknowledged, and" in sentence for sentence in score.lost)
