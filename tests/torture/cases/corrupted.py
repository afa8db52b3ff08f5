"""A database that was damaged while nobody looked: each start copes, says so, and keeps what is sound."""

from __future__ import annotations

import asyncio
import copy
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from exporter.socketfile import CONTROL_SOCKET
from storage.opening import DATABASE
from tests.torture.acknowledged import Witness
from tests.torture.damage import DAMAGES, OF_THE_LOG, contents
from tests.torture.people import People
from tests.torture.running import LOOKS_AGAIN
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.soundness import faults
from tests.torture.world import World, meanwhile, misbehave, world

READY_WITHIN = 5.0
SEEN = 20  # looks of the witness that found something, in each of the two lives before
REPORTED = "the database was corrupt: it is kept as"
ENDED, KILLED = "stopped", "killed"


@dataclass(frozen=True, slots=True)
class _Before:
    """A directory before the damage, and what was acknowledged of it."""

    place: Path
    witness: Witness
    contents: list[str]


@dataclass
class _Trials:
    """What came of them so far."""

    around: World
    chance: random.Random
    before: dict[str, _Before] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    async def live(self, how: str, people: People) -> None:
        """A daemon under load that ends orderly or is killed; its directory is put by."""
        seen = self.around.witness.looks + SEEN
        async with self.around.daemon() as daemon:
            await daemon.ready()
            async with meanwhile(self.around.witness.watch(daemon), people.work(daemon, self.chance)):
                async with asyncio.timeout(daemon.patience):
                    while self.around.witness.looks < seen:
                        await asyncio.sleep(LOOKS_AGAIN)
                await (daemon.terminated() if how == ENDED else daemon.killed())
        place = self.around.directory / how
        shutil.copytree(self.around.data, place, ignore=shutil.ignore_patterns(CONTROL_SOCKET))
        kept = contents(place, DATABASE)
        assert kept is not None
        witness = replace(copy.deepcopy(self.around.witness), listening={})  # what was told is of other cases
        self.before[how] = _Before(place, witness, kept)

    async def damaged(self, what: str, data: Path) -> None:
        """Damage a copy of one of the directories, and start a daemon on it."""
        how = KILLED if what in OF_THE_LOG else self.chance.choice((ENDED, KILLED))
        before = self.before[how]
        shutil.copytree(before.place, data)
        file = data / DATABASE
        DAMAGES[what](file, self.chance)
        harmless = contents(data, DATABASE) == before.contents
        broken = file.read_bytes() if file.is_file() else None
        found = await self._started(data, broken, harmless=harmless)
        if harmless:
            found += faults(data, before.witness, self.around.receiver)
        self.lost += [f"{what}, after it was {how}: {sentence}" for sentence in found]
        shutil.rmtree(data)

    async def _started(self, data: Path, broken: bytes | None, *, harmless: bool) -> list[str]:
        """What is wrong with how a daemon copes."""
        async with self.around.daemon(data=data) as daemon:
            try:
                self.starts.append(await daemon.ready())
            except (AssertionError, TimeoutError):
                return [f"it did not start; {daemon.last_words}"]
            code = await daemon.terminated()
        aside = sorted(data.glob(f"{DATABASE}.corrupt-*"))  # the database first, then its log
        self.outcomes[_outcome(aside=bool(aside), harmless=harmless)] += 1
        if code != 0:
            return [f"it left with {code}; {daemon.last_words}"]
        if any(REPORTED in line for line in daemon.log) != bool(aside):
            return [f"{len(aside)} files were moved aside, but {daemon.last_words}"]
        if aside and broken is not None and aside[0].read_bytes() != broken:
            return ["what was moved aside is not what was there"]
        return []


def _outcome(*, aside: bool, harmless: bool) -> str:
    if harmless:
        return "nothing that matters was hit"
    return "moved aside" if aside else "lost what was hit, and kept the rest"


async def run(scale: Scale) -> Score:
    chance = scale.chance("corrupted")
    kinds = list(DAMAGES)
    async with world(components=3) as around:
        trials, people = _Trials(around, chance), await around.begun()
        async with meanwhile(misbehave(around.target, around.parts, chance)):
            await trials.live(ENDED, people)
            await trials.live(KILLED, people)
        for nth in range(scale.trials(6, 100)):
            await trials.damaged(kinds[nth % len(kinds)], around.directory / f"damaged{nth}")
    lost = [*trials.lost, *scale.judged("a start", trials.starts, READY_WITHIN)]
    figures = {outcome: f"{count} times" for outcome, count in trials.outcomes.items()}
    return Score(sum(trials.outcomes.values()), lost, figures | {"ready": spread(trials.starts)})
