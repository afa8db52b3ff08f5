"""There is not enough of what each run needs: file descriptors, or local ports."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TypeAlias

from monitor.core.model import Reason
from tests.torture.calm import false_alarms
from tests.torture.networks import few_ports, own_network
from tests.torture.scorecard import Scale, Score, Unavailable, spread
from tests.torture.shown import Shown
from tests.torture.targets import NotingTarget
from tests.torture.verdicts import blamed, unknown
from tests.torture.world import DEFAULTS, meanwhile, world

DESCRIPTORS, PORTS = 64, 20
FEW_DESCRIPTORS = ("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}")
PARTS = [f"part{nth}" for nth in range(80)]
INTERVAL = 5.0  # seconds, as all that follows
HANGS_FOR = 3.8  # nearly as long as a target may: all that want something at a time want more than there is
PACE = {**DEFAULTS, "interval": f"{INTERVAL:g}s", "timeout": "4900ms", "slow_after": "4800ms"}
WANTS_FOR, PART_WANTS_FOR = 60, 8
RECOVERS_WITHIN = INTERVAL + 0.5

Want: TypeAlias = Callable[[], AbstractContextManager[None]]


@dataclass
class _Wants:
    """What came of them. `seen` are the runs for which something was missing."""

    scale: Scale
    recovered: list[float] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    async def of_descriptors(self) -> None:
        if shutil.which(FEW_DESCRIPTORS[0]) is None:
            raise Unavailable(f"the command {FEW_DESCRIPTORS[0]} is missing")
        await self._of(Reason.OWN_FDS, FEW_DESCRIPTORS, nullcontext)

    async def of_ports(self) -> None:
        with own_network():
            await self._of(Reason.OWN_PORTS, (), lambda: few_ports(PORTS))

    async def _of(self, reason: Reason, wrapper: Sequence[str], want: Want) -> None:
        async with world(defaults=PACE) as around, NotingTarget() as target:
            around.settings["components"] = target.components(PARTS)
            around.write()
            async with around.daemon(wrapper=wrapper) as daemon:
                await daemon.ready()
                await self._lives(Shown(daemon), target, want)
                code = await daemon.terminated()
            self.lost += [] if code == 0 else [f"it left with {code}; {daemon.last_words}"]
            self.lost += [*around.faults(), *false_alarms(around.data), *blamed(around.data)]
            self.seen[reason] = unknown(around.data)[reason]
            self.lost += [] if self.seen[reason] else [f"no run was ever unknown for {reason}"]

    async def _lives(self, shown: Shown, target: NotingTarget, want: Want) -> None:
        """Something is short while all targets hang, and is not when they answer again."""
        async with meanwhile(shown.watch()):
            await shown.until(shown.all_well)
            with want():
                target.after = HANGS_FOR
                await asyncio.sleep(self.scale.trials(PART_WANTS_FOR, WANTS_FOR))
                target.after = 0.0
                await asyncio.sleep(HANGS_FOR)
            over = time.monotonic()
            await shown.until(shown.all_well)
            self.recovered.append(time.monotonic() - over)


async def run(scale: Scale) -> Score:
    wants = _Wants(scale)
    await wants.of_descriptors()
    figures = {}
    try:
        await wants.of_ports()
    except Unavailable as why:
        figures["a want of ports"] = f"cannot be had here: {why}"
    lost = [*wants.lost, *scale.judged("the recovery", wants.recovered, RECOVERS_WITHIN)]
    figures |= {f"unknown for {reason}": f"{count} runs" for reason, count in wants.seen.items()}
    figures["all was well again"] = spread(wants.recovered)
    return Score(len(wants.recovered), lost, figures)
