"""SIGTERM at random moments, while targets, names or receivers hang, and as the first process of a container."""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.receivers import hang
from tests.torture.people import People
from tests.torture.resolvers import SilentResolver, silent_resolver
from tests.torture.running import LOOKS_AGAIN, Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.world import World, meanwhile, misbehave, world

LONGEST_LIFE = 1.0  # seconds under load
ENDS_WITHIN = 15.0
FIRST_PROCESS = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
OTHER_RESOLVER = ("sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"')
PROBED_LONG = {"interval": "60s", "timeout": "50s"}  # the runs that hang do so until the daemon ends them
HANGS = "hanging"  # the component, and the part of the target


@dataclass
class _Trials:
    """What stands while the trials go on; how long the latest start took, and by kind how long each end did."""

    around: World
    people: People
    resolver: SilentResolver
    chance: random.Random
    start: float = 0.0
    took: dict[str, list[float]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    async def at_any_moment(self) -> None:
        async with self.around.daemon() as daemon:
            await self._stopped_under_load("at any moment", daemon)

    async def a_receiver_hangs(self) -> None:
        taken: list[str] = []

        async def hold(request: web.Request) -> web.StreamResponse:
            taken.append(request.headers["webhook-id"])
            return await hang(request)

        self.around.receiver.answer = hold
        async with self.around.daemon() as daemon:
            await self._stopped_under_load("mid-webhook", daemon, lambda: bool(taken))
        self.around.receiver.answer = None

    async def first_process(self) -> None:
        async with self.around.daemon(wrapper=FIRST_PROCESS) as daemon:
            await self._stopped_under_load("as the first process", daemon)

    async def first_process_at_start(self) -> None:
        """From when it can hear a signal at all: the kernel keeps others from the first process."""
        async with self.around.daemon(wrapper=FIRST_PROCESS) as daemon:
            await daemon.heeds_signals()
            await asyncio.sleep(self.chance.uniform(0, self.start))
            await self._stopped("as the first process, at its start", daemon)

    async def a_target_hangs(self) -> None:
        """And a resolver that a probe asks."""
        self._let_hang()
        hung = self._hanging("asked")
        async with self.around.daemon() as daemon:
            await self._stopped_under_load("while a target and a resolver hang", daemon, hung)

    async def names_hang(self) -> None:
        """As the first process, with a resolver of the system that never answers."""
        self._let_hang(site={"http": "http://site.example/", **PROBED_LONG})
        hung = self._hanging("asked", "site")
        resolv = self.around.directory / "resolv.conf"
        resolv.write_text(f"nameserver {self.resolver.address}\n", encoding="utf-8")
        async with self.around.daemon(wrapper=(*FIRST_PROCESS, *OTHER_RESOLVER, str(resolv))) as daemon:
            await self._stopped_under_load("as the first process, while all names hang", daemon, hung)

    def _let_hang(self, **more: object) -> None:
        """Add probes whose runs hang."""
        probes = {
            "page": {"http": f"{self.around.target.url}/{HANGS}", **PROBED_LONG},
            "name": {"dns": {"name": "asked.example", "resolver": self.resolver.address}, **PROBED_LONG},
        }
        self.around.target.hanging.add(HANGS)
        self.around.settings["components"][HANGS] = {"name": "Hanging", "probes": {**probes, **more}}
        self.around.write()

    def let_go(self) -> None:
        """No run hangs any more."""
        del self.around.settings["components"][HANGS]
        self.around.write()

    def _hanging(self, *labels: str) -> Callable[[], bool]:
        """Whether since now the target let a run hang, and all of these names were asked for."""
        asked, held = self.resolver.asked.copy(), self.around.target.held
        before = held.get(HANGS, 0)
        return lambda: held.get(HANGS, 0) > before and all(self.resolver.asked[each] > asked[each] for each in labels)

    async def _stopped_under_load(
        self, kind: str, daemon: Running, happened: Callable[[], bool] = lambda: True
    ) -> None:
        """At a random moment after what had to happen did."""
        self.start = await daemon.ready()
        async with meanwhile(self.around.witness.watch(daemon), self.people.work(daemon, self.chance)):
            async with asyncio.timeout(daemon.patience):
                while not happened():
                    await asyncio.sleep(LOOKS_AGAIN)
            await asyncio.sleep(self.chance.uniform(0, LONGEST_LIFE))
            await self._stopped(kind, daemon)

    async def _stopped(self, kind: str, daemon: Running) -> None:
        assert daemon.alive, f"it had ended by itself; {daemon.last_words}"
        began = time.monotonic()
        code = await daemon.terminated()
        self.took.setdefault(kind, []).append(time.monotonic() - began)
        if code != 0:
            self.lost.append(f"stopped {kind}, it left with {code}; {daemon.last_words}")


async def run(scale: Scale) -> Score:
    first = _may_be_first()
    async with world() as around, silent_resolver() as resolver:
        trials = _Trials(around, await around.begun(), resolver, scale.chance("stopped"))
        async with meanwhile(misbehave(around.target, around.parts, trials.chance)):
            await _all(trials, scale, first=first)
        await around.drained()
        lost = [*trials.lost, *around.faults(), *around.witness.unseen()]
    every = [taken for kind in trials.took.values() for taken in kind]
    lost += scale.judged("the end", every, ENDS_WITHIN)
    figures = {f"ended {kind}": f"{len(taken)} times, {spread(taken)}" for kind, taken in trials.took.items()}
    if not first:
        figures["as the first process"] = "not allowed here"
    return Score(len(every), lost, figures | {"acknowledged": around.witness.noted})


async def _all(trials: _Trials, scale: Scale, *, first: bool) -> None:
    """Each kind in turn, those in which runs hang last."""
    at_will = [trials.at_any_moment, trials.a_receiver_hangs]
    hung = [trials.a_target_hangs]
    if first:
        at_will += [trials.first_process, trials.first_process_at_start]
        hung = [trials.names_hang, trials.a_target_hangs]
    for nth in range(scale.trials(len(at_will), 140)):
        await at_will[nth % len(at_will)]()
    for nth in range(scale.trials(1, 60)):
        await hung[nth % len(hung)]()
    trials.let_go()


def _may_be_first() -> bool:
    """Whether a process may be the first in a namespace of its own."""
    if shutil.which(FIRST_PROCESS[0]) is None:
        return False
    return subprocess.run([*FIRST_PROCESS, "true"], capture_output=True, check=False).returncode == 0
