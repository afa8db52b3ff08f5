"""Our own network is cut and comes back, and some targets really fail meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from monitor.core.model import Reason, Status
from tests.torture.acknowledged import Witness
from tests.torture.networks import OUTER, REFERENCE, Uplink, uplink
from tests.torture.running import Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.shown import Shown
from tests.torture.soundness import some
from tests.torture.targets import NotingTarget
from tests.torture.world import DEFAULTS, World, meanwhile, world

PACE = {**DEFAULTS, "interval": "10s", "timeout": "5s", "recheck_interval": "5s", "failure_threshold": 3}
PART_PACE = {**DEFAULTS, "interval": "1s", "timeout": "800ms", "recheck_interval": "300ms"}
PARTS = [f"part{nth}" for nth in range(12)]
LASTS, PART_LASTS = (5.0, 40.0), (2.0, 3.0)  # seconds of a cut, at least and at most
OPENS_WITHIN = 45.0  # after the network is back
SETTLES_WITHIN = 60.0
SILENT = "no reference answers"  # what the log says once for each cut


@dataclass
class _Cuts:
    """The trials, and what came of them. `ill` are the parts of which each really failed once."""

    uplink: Uplink
    target: NotingTarget
    daemon: Running
    shown: Shown
    chance: random.Random
    ill: list[str] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    async def all(self, scale: Scale) -> None:
        """Each way in turn; behind every other cut a part fails that has not failed before."""
        for nth in range(scale.trials(2, 20)):
            lasts = self.chance.uniform(*(PART_LASTS if scale.part else LASTS))
            ill = PARTS[len(self.ill)] if nth % 2 else None
            await self._cut(self.uplink.ways[nth % len(self.uplink.ways)], lasts, ill)

    def false_alarms(self, witness: Witness) -> list[str]:
        """Whatever was said to be in trouble and was not, and what was not told."""
        named = {component for incident in witness.incidents.values() for component in incident["components"]}
        wrong = sorted((named | self.shown.troubled) - set(self.ill))
        missing = sorted(set(self.ill) - named)
        return [
            *some([f"{part} was said to be in trouble, and only our own network was cut" for part in wrong]),
            *some([f"{part} really failed, and no incident says so" for part in missing]),
        ]

    async def _cut(self, way: str, lasts: float, ill: str | None) -> None:
        """The network goes, a part may fail for good behind it, and the network comes back."""
        told = self.shown.told[Reason.OWN_NETWORK]
        self.uplink.cut(way)
        if ill is not None:
            self.target.hanging.add(ill)
        await asyncio.sleep(lasts)
        self.uplink.mend()
        returned = time.monotonic()
        if ill is not None:
            await self._opens(ill, returned)
        await self._is_well_again(returned)
        times = self.shown.told[Reason.OWN_NETWORK] - told
        if times != 1:
            self.lost.append(f"a cut of {lasts:.1f} s ({way}) was told {times} times instead of once")

    async def _opens(self, ill: str, returned: float) -> None:
        self.ill.append(ill)
        try:
            await self.shown.until(lambda: self.shown.statuses[ill] == Status.MAJOR_OUTAGE, 2 * OPENS_WITHIN)
            self.opened.append(time.monotonic() - returned)
        except TimeoutError:
            self.lost.append(f"the outage of {ill} did not open within {2 * OPENS_WITHIN:g} s of the return")
        self.target.hanging.clear()

    async def _is_well_again(self, returned: float) -> None:
        await self.shown.until(self.shown.all_well, SETTLES_WITHIN)
        self.back.append(time.monotonic() - returned)


async def run(scale: Scale) -> Score:
    async with _behind(scale) as (way, around, target), around.daemon() as daemon:
        await daemon.ready()
        cuts = _Cuts(way, target, daemon, Shown(daemon), scale.chance("cut"))
        async with meanwhile(cuts.shown.watch(), around.witness.watch(daemon)):
            await cuts.shown.until(cuts.shown.all_well)
            await cuts.all(scale)
        code = await daemon.terminated()
        lost = [] if code == 0 else [f"it left with {code}; {daemon.last_words}"]
        lost += [*cuts.lost, *around.faults(), *cuts.false_alarms(around.witness)]
    lost += scale.judged("a real outage", cuts.opened, OPENS_WITHIN)
    figures = {
        "cuts noticed": str(sum(SILENT in line for line in daemon.log)),
        "a real outage opened after the return": spread(cuts.opened),
        "all was well again after the return": spread(cuts.back),
    }
    return Score(len(cuts.back), lost, figures)


@asynccontextmanager
async def _behind(scale: Scale) -> AsyncIterator[tuple[Uplink, World, NotingTarget]]:
    """A world whose target, and a reference, are at the other end of a way that can be cut."""
    async with AsyncExitStack() as stack:
        way, outside = stack.enter_context(uplink())
        around = await stack.enter_async_context(world(defaults=PART_PACE if scale.part else PACE))
        with outside.entered():
            target = await stack.enter_async_context(NotingTarget(OUTER))
            reference = await stack.enter_async_context(NotingTarget(REFERENCE))
        around.settings |= {"components": target.components(PARTS), "references": [reference.reference]}
        around.write()
        yield way, around, target
