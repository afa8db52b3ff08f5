"""What is said of a case in the end."""

from __future__ import annotations

import asyncio

import pytest

from tests.torture.__main__ import verdict_of
from tests.torture.scorecard import Case, Run, Scale, Score, Unavailable, document, shown

PART, WHOLE = Scale(part=True, seed=1), Scale(part=False, seed=1)


async def goes_well(scale: Scale) -> Score:
    return Score(scale.trials(5, 200), [], {"ready": "p50 0.10 s, max 0.20 s"})


async def loses(_scale: Scale) -> Score:
    return Score(5, ["the incident inc_1 was shown and is not there"], {})


async def does_nothing(_scale: Scale) -> Score:
    return Score(0, [], {})


async def breaks_off(_scale: Scale) -> Score:
    raise AssertionError("it ended by itself")


async def never_ends(_scale: Scale) -> Score:
    await asyncio.Event().wait()
    raise AssertionError


async def cannot_run(_scale: Scale) -> Score:
    raise Unavailable("strace is not installed")


def case(run: Run) -> Case:
    return Case("killed", "nothing is lost", run, limit=0)


@pytest.mark.parametrize(
    ("run", "failed", "said"),
    [
        (goes_well, False, "killed: passed\n"),
        (loses, True, "  lost: the incident inc_1 was shown and is not there"),
        (does_nothing, True, "  lost: the bad thing never happened"),
        (breaks_off, True, "  lost: it broke off: AssertionError('it ended by itself')"),
        (never_ends, True, "  lost: it was not done within 0 s"),
        (cannot_run, False, "killed: cannot run here: strace is not installed"),
    ],
)
async def test_a_case_says_how_it_went(run: Run, failed: bool, said: str) -> None:
    verdict = await verdict_of(case(run), WHOLE)
    assert verdict.failed is failed
    assert said in shown(verdict)


async def test_a_case_that_cannot_run_has_not_passed() -> None:
    told = document(await verdict_of(case(cannot_run), WHOLE))
    assert (told["outcome"], told["trials"]) == ("cannot run here: strace is not installed", 0)


@pytest.mark.parametrize(("scale", "trials"), [(PART, 5), (WHOLE, 200)])
async def test_a_part_has_fewer_trials(scale: Scale, trials: int) -> None:
    score = (await verdict_of(case(goes_well), scale)).score
    assert score is not None
    assert score.trials == trials


@pytest.mark.parametrize(
    ("scale", "seconds", "sentences"),
    [
        (WHOLE, [2.9, 3.0], []),
        (WHOLE, [2.9, 3.1, 4.0], ["the start took longer than 3 s in 2 of 3 trials, at most 4.00 s"]),
        (PART, [4.0], []),
    ],
)
def test_times_are_judged_in_the_whole_alone(scale: Scale, seconds: list[float], sentences: list[str]) -> None:
    assert scale.judged("the start", seconds, 3.0) == sentences


def test_chance_is_the_same_for_the_same_seed_and_another_for_another_case() -> None:
    first, again, other = (WHOLE.chance(name).random() for name in ("killed", "killed", "stopped"))
    assert first == again != other
