"""Power cuts at any moment of a storage that commits, folds its log in, closes and opens."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.torture import calls
from tests.torture.calls import Call
from tests.torture.keeping import FULL, kept, wrong
from tests.torture.powercut import Disk
from tests.torture.scorecard import Scale, Score
from tests.torture.tracing import recording, require_tracing

LIFE = 130  # commits until the store is closed and opened; its log is folded in before, and again then


async def run(scale: Scale) -> Score:
    require_tracing()
    chance = scale.chance("power")
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as name:
        record = await recorded(Path(name), scale.trials(LIFE + 20, 3 * LIFE))
        return await cuts(record, Path(name), scale.trials(40, 1_000), chance)


async def recorded(directory: Path, commits: int, synchronous: str = FULL) -> list[Call]:
    """All that a keeper does to its directory, and says."""
    log, data = directory / "calls.log", directory / "data"
    data.mkdir()
    ended = await kept(data, commits, life=LIFE, synchronous=synchronous, wrapper=recording(log))
    assert (ended.code, ended.acknowledged) == (0, commits), ended
    return await asyncio.to_thread(calls.read, log, data)


async def cuts(record: Sequence[Call], directory: Path, number: int, chance: random.Random) -> Score:
    """Cut the power at so many moments of what was recorded; each is a trial if it could undo anything."""
    disk, taken, trials = Disk(), 0, 0
    lost: list[str] = []
    for moment in sorted(chance.sample(range(1, len(record) + 1), number)):
        for call in record[taken:moment]:
            disk.take(call)
        taken = moment
        trials += disk.unsynced > 0
        sentences = await _cut(disk, directory, chance)
        lost += [f"cut after {moment} of {len(record)} calls: {sentence}" for sentence in sentences]
    figures = {"calls": str(len(record)), "cuts": f"{number}, of which {trials} could undo something"}
    return Score(trials, lost, figures)


async def _cut(disk: Disk, directory: Path, chance: random.Random) -> list[str]:
    with tempfile.TemporaryDirectory(dir=directory) as left:
        disk.cut(Path(left), chance)
        return await wrong(Path(left), int(disk.acknowledged[-1]) if disk.acknowledged else 0)
