"""SIGKILL, EIO and ENOSPC at the n-th write or sync of the database: of a store by itself, and of a whole daemon."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.calm import false_alarms
from tests.torture.keeping import Kept, kept, wrong
from tests.torture.people import People
from tests.torture.running import LOOKS_AGAIN, UNREACHABLE, Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.tracing import SYNCS, WRITES, happened, injecting, require_tracing
from tests.torture.world import World, meanwhile, world

FURTHEST = 200  # call that is struck
EVERY = range(1, FURTHEST + 1)
FURTHEST_OF_A_DAEMON = 80
OF_A_START = {WRITES: 50, SYNCS: 8}  # calls; a start that fails is made anew in a thread of which they count anew
BEFORE = 5  # commits of the directory that is struck, if it is not an empty one
BEYOND_IT = 15  # commits after the call that is struck; each makes one sync and several writes
BEYOND = 3  # commits of the keeper that follows
WRITES_A_COMMIT = 5  # at the least
STRETCH_OF_A_DAEMON = 3  # each of these costs it a second
STRETCH = 8  # calls that fail in a row, if it is not one alone
IN_EMPTY = 0.2  # of all trials
AT_ONCE = 2  # keepers
ENDING = 500  # characters of what a keeper died of
RECOVERS_WITHIN = 2.0  # seconds: an interval of the probes, and the second after which a commit is tried again
KILLED = "signal=SIGKILL"
KINDS = {
    "killed at a write": (WRITES, KILLED),
    "killed at a sync": (SYNCS, KILLED),
    "EIO at a write": (WRITES, "error=EIO"),
    "EIO at a sync": (SYNCS, "error=EIO"),
    "ENOSPC at a write": (WRITES, "error=ENOSPC"),
}


@dataclass(frozen=True, slots=True)
class _Blow:
    """What strikes, and at which calls: those from the n-th on to the last."""

    kind: str
    n: int
    last: int

    @property
    def kills(self) -> bool:
        return KINDS[self.kind][1] == KILLED

    def wrapper(self, log: Path, data: Path) -> Sequence[str]:
        calls, effect = KINDS[self.kind]
        return injecting(log, data, calls, effect, str(self.n) if self.kills else f"{self.n}..{self.last}")

    @property
    def commits(self) -> int:
        """Enough to come to it, and some beyond it."""
        return BEFORE + BEYOND_IT + (self.n if KINDS[self.kind][0] == SYNCS else self.n // WRITES_A_COMMIT)


@dataclass
class _Trials:
    """What came of them so far: how many were struck, by kind, and what was lost."""

    directory: Path
    struck: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)

    async def store(self, blow: _Blow, *, empty: bool) -> None:
        """A keeper that is struck, in an empty directory or in one that was begun, and one that follows it."""
        with tempfile.TemporaryDirectory(dir=self.directory) as place:
            log, where = Path(place) / "calls.log", Path(place) / "data"
            if not empty:
                shutil.copytree(self.directory / "begun", where)
            ended = await kept(where, blow.commits, wrapper=blow.wrapper(log, where))
            count = happened(log)
            self.struck[blow.kind if count else "not reached"] += 1
            acknowledged = max(ended.acknowledged, 0 if empty else BEFORE)
            found = [*_unexpected(blow, ended, count), *await wrong(where, acknowledged)]
            found += await _goes_on(where, acknowledged)
        self.lost += [f"{blow}, {'from empty' if empty else 'begun'}: {sentence}" for sentence in found]

    async def daemon(self, blow: _Blow, around: World, people: People, chance: random.Random) -> None:
        """A daemon that is killed at any call of its storage, or whose calls fail while it works."""
        log = self.directory / "daemon.log"
        log.unlink(missing_ok=True)
        async with around.daemon(wrapper=blow.wrapper(log, around.data)) as daemon:
            async with meanwhile(_watched(daemon, around, people, chance)):
                await (self._dies(daemon) if blow.kills else self._recovers(daemon, log, 1 + blow.last - blow.n))
        self.struck[f"the daemon, {blow.kind}"] += bool(happened(log))

    async def _dies(self, daemon: Running) -> None:
        if (code := await daemon.left()) != -signal.SIGKILL:
            self.lost.append(f"a daemon that was to be killed left with {code}; {daemon.last_words}")

    async def _recovers(self, daemon: Running, log: Path, calls: int) -> None:
        failed = await _failed(daemon, log, calls)
        await daemon.ready()
        self.recovered.append(time.monotonic() - failed)
        if (code := await daemon.terminated()) != 0:
            self.lost.append(f"a daemon that met failures of its disk left with {code}; {daemon.last_words}")


async def run(scale: Scale) -> Score:
    require_tracing()
    chance = scale.chance("injected")
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as name:
        trials = _Trials(Path(name))
        assert (await kept(trials.directory / "begun", BEFORE)).code == 0
        await _stores(trials, scale, chance)
        await _daemons(trials, scale, chance)
    reached = sum(count for kind, count in trials.struck.items() if kind != "not reached")
    lost = [*trials.lost, *scale.judged("a daemon that took writes again", trials.recovered, RECOVERS_WITHIN)]
    figures = {kind: f"{count} times" for kind, count in sorted(trials.struck.items())}
    return Score(reached, lost, figures | {"a daemon recovered": spread(trials.recovered)})


async def _stores(trials: _Trials, scale: Scale, chance: random.Random) -> None:
    """Each kind at each call of the whole, or at a few; some at the same time."""
    numbers = [(kind, n) for kind in KINDS for n in chance.sample(EVERY, scale.trials(1, FURTHEST))]
    blows = [(_Blow(kind, n, n + chance.choice((0, STRETCH))), chance.random() < IN_EMPTY) for kind, n in numbers]
    queue = iter(blows)

    async def worker() -> None:
        for blow, empty in queue:
            await trials.store(blow, empty=empty)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())


async def _daemons(trials: _Trials, scale: Scale, chance: random.Random) -> None:
    kinds = ["killed at a sync", "ENOSPC at a write"] if scale.part else list(KINDS)
    blows = [_of_a_daemon(kinds[nth % len(kinds)], chance) for nth in range(scale.trials(2, 50))]
    async with world(components=3) as around:
        people = await around.begun()
        for blow in blows:
            await trials.daemon(blow, around, people, chance)
        await around.drained()
        trials.lost += [*around.faults(), *false_alarms(around.data)]


def _of_a_daemon(kind: str, chance: random.Random) -> _Blow:
    """A start whose calls fail begins anew in a thread of which they count anew, so none would come to its end."""
    calls, effect = KINDS[kind]
    n = chance.randint(1 if effect == KILLED else OF_A_START[calls], FURTHEST_OF_A_DAEMON)
    return _Blow(kind, n, n + STRETCH_OF_A_DAEMON)


def _unexpected(blow: _Blow, ended: Kept, count: int) -> list[str]:
    """How it ended and what it was refused, beside how many of its calls failed."""
    sentences = []
    if ended.code != (-signal.SIGKILL if blow.kills and count else 0):
        sentences.append(f"it ended with {ended.code}: {ended.errors[-ENDING:]}")
    if len(ended.refusals) > count:
        sentences.append(f"{count} failed calls led to {len(ended.refusals)} refusals")
    return sentences


async def _goes_on(where: Path, acknowledged: int) -> list[str]:
    """One commit more than was acknowledged may be there, from which the next keeper goes on."""
    aim = acknowledged + 1 + BEYOND
    follower = await kept(where, aim)
    if (follower.code, follower.acknowledged) != (0, aim):
        return [f"who followed ended with {follower.code}, at {follower.acknowledged}: {follower.errors[-ENDING:]}"]
    return await wrong(where, aim)


async def _watched(daemon: Running, around: World, people: People, chance: random.Random) -> None:
    with suppress(AssertionError, *UNREACHABLE):  # it may be killed before it is ready
        await daemon.ready()
    async with meanwhile(around.witness.watch(daemon)):
        await people.work(daemon, chance)


async def _failed(daemon: Running, log: Path, calls: int) -> float:
    """Wait until so many calls have failed and the store takes what it refused. When the last of them failed."""
    seen, at = 0, daemon.born
    async with asyncio.timeout(daemon.patience):
        while not (seen >= calls and _refuses_no_more(daemon.log)):
            assert daemon.alive, f"it left; {daemon.last_words}"
            if (count := happened(log)) > seen:
                seen, at = count, time.monotonic()
            await asyncio.sleep(LOOKS_AGAIN)
    return at


def _refuses_no_more(log: Sequence[str]) -> bool:
    """Whether the latest that was logged of the store is that it can be written; also when it never refused."""
    told = [line for line in log if "results are held in memory" in line or "can be written again" in line]
    return not told or "can be written again" in told[-1]
