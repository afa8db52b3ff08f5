"""A disk without any room left, under a daemon at work, and before one starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.torture.refusing import Refusals
from tests.torture.scorecard import Scale, Score
from tests.torture.smalldisk import SmallDisk, small_disk
from tests.torture.world import DEFAULTS, world

COMPONENTS, PROBES = 5, 2
EACH_SECOND = {**DEFAULTS, "interval": "1s"}


async def run(scale: Scale) -> Score:
    minute, waits = scale.trials(4, 60), scale.trials(2, 10)
    async with world(components=COMPONENTS, probes=PROBES, defaults=EACH_SECOND) as around:
        async with small_disk(around.data) as disk:
            people = await around.begun()
            refusals = Refusals(around, people, scale, scale.chance("full"), pace=COMPONENTS * PROBES)
            for _ in range(scale.trials(1, 3)):
                await refusals.under_load(lambda: _full(disk), minute)
                await refusals.at_start(lambda: _full(disk), waits)
                await refusals.at_start(lambda: _full(disk), waits, data=around.data / "fresh")
            return await refusals.score()


@contextmanager
def _full(disk: SmallDisk) -> Iterator[None]:
    disk.fill()
    try:
        yield
    finally:
        disk.free()
