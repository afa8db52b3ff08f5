"""Small mistakes in the rules and in the guard: do their tests notice?"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.torture.mutation.covering import covering, mutated
from tests.torture.mutation.judging import Fate, Tree
from tests.torture.mutation.mutants import Mutant, mutants
from tests.torture.scorecard import Scale, Score

KILLED_AT_LEAST = 0.85
AT_ONCE = 2


async def run(scale: Scale) -> Score:
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as name:
        trees = [await asyncio.to_thread(Tree.planted, Path(name) / str(nth)) for nth in range(AT_ONCE)]
        every = all_of(trees[0].root)
        sample = scale.chance("mutants").sample(every, scale.trials(4, 300))
        nearest = {module for mutant in sample for module in covering(trees[0].root, mutant.path)}
        if await trees[0].tested(sorted(nearest)) is not Fate.SURVIVED:
            return Score(0, ["the tests fail where nothing was mutated"], {})
        fates = await judged(trees, sample)
    return _score(scale, len(every), fates)


def all_of(root: Path) -> list[Mutant]:
    """All that can be made of the rules and of the guard."""
    return [mutant for path in mutated(root) for mutant in mutants(path, (root / path).read_text(encoding="utf-8"))]


async def judged(trees: list[Tree], sample: list[Mutant]) -> dict[Mutant, Fate]:
    """What became of each; as many at once as there are trees."""
    fates: dict[Mutant, Fate] = {}
    queue = iter(sample)
    async with asyncio.TaskGroup() as group:
        for tree in trees:
            group.create_task(_judge(tree, queue, fates))
    return fates


async def _judge(tree: Tree, queue: Iterator[Mutant], fates: dict[Mutant, Fate]) -> None:
    for mutant in queue:
        fates[mutant] = await tree.judged(mutant)


def _score(scale: Scale, every: int, fates: dict[Mutant, Fate]) -> Score:
    """A part is too few to be judged by their share, but one at least must be noticed."""
    counted = Counter(fates.values())
    survived = [str(mutant) for mutant, fate in fates.items() if fate is Fate.SURVIVED]
    share = 1 - len(survived) / len(fates)
    lost = []
    if share < KILLED_AT_LEAST and not scale.part:
        lost.append(f"{share:.1%} of the mutants were noticed, which should be {KILLED_AT_LEAST:.0%}")
    if len(survived) == len(fates):
        lost.append("no mutant was noticed at all")
    figures = {"mutants": f"{len(fates)} of {every}", "noticed": f"{share:.1%}"}
    figures |= {fate.value: str(counted[fate]) for fate in Fate}
    figures |= {f"survivor {nth}": mutant for nth, mutant in enumerate(sorted(survived), 1)}
    return Score(len(fates), lost, figures)
