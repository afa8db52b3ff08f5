"""Bytes that nobody meant: what strangers hand in is taken or refused, and never more than that."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from storage.opening import DATABASE
from tests.torture.fuzz.exploring import Extent, explored, require_schemathesis
from tests.torture.fuzz.fuzzing import Fuzzed, fuzz, require_atheris
from tests.torture.scorecard import Scale, Score
from tests.torture.soundness import corruption, unsound
from tests.torture.world import meanwhile, misbehave, new_key, world

SUBJECTS = ("config", "requests", "answers", "signatures")
AT_A_TIME = 2
INPUTS = (1_000, 100_000_000)  # of each subject at most, in a part and in the whole
SECONDS = (5, 600)  # the same
TOO_FEW = 50  # inputs, in which nothing was tried
PART = Extent("examples,stateful", examples=1, walks=2)
WHOLE = Extent("examples,coverage,fuzzing,stateful", examples=60, walks=200)


async def run(scale: Scale) -> Score:
    require_atheris()
    require_schemathesis()
    found = await _fuzzed(scale)
    requests, lost = await _explored(scale)
    lost += [fuzzed.fault for fuzzed in found.values() if fuzzed.fault]
    lost += [f"{name}: too few inputs were tried" for name, fuzzed in found.items() if fuzzed.inputs < TOO_FEW]
    figures = {name: f"{fuzzed.inputs} inputs, {fuzzed.reached} branches" for name, fuzzed in found.items()}
    figures["a real daemon"] = f"{requests} requests"
    return Score(sum(fuzzed.inputs for fuzzed in found.values()) + requests, lost, figures)


async def _fuzzed(scale: Scale) -> Mapping[str, Fuzzed]:
    """Each subject, two at a time."""
    places = asyncio.Semaphore(AT_A_TIME)

    async def one(name: str) -> Fuzzed:
        async with places:
            inputs, seconds = scale.trials(*INPUTS), scale.trials(*SECONDS)
            return await fuzz(name, seed=scale.seed, inputs=inputs, seconds=seconds)

    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(one(name)) for name in SUBJECTS}
    return {name: task.result() for name, task in tasks.items()}


async def _explored(scale: Scale) -> tuple[int, list[str]]:
    """A daemon whose parts fail and recover is asked all that its description allows, and what it does not."""
    async with world() as around:
        async with around.daemon() as daemon:
            await daemon.ready()
            key, extent = await new_key(around.data), PART if scale.part else WHOLE
            async with meanwhile(misbehave(around.target, around.parts, scale.chance("fuzzed"))):
                made, lost = await explored(daemon.url, key, around.directory, seed=scale.seed, extent=extent)
            code = await daemon.terminated()
        if code != 0:
            lost.append(f"the daemon left with {code}; {daemon.last_words}")
        return made, [*lost, *_unsound(around.data)]


def _unsound(data: Path) -> list[str]:
    """What is wrong with the file by itself."""
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as database:
        return corruption(database) or unsound(database)
