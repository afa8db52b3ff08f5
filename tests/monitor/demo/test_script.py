"""The story of the demo, told in no time."""

from __future__ import annotations

from itertools import pairwise

import aiohttp
import pytest

from monitor.demo.pretend import JustKalm
from monitor.demo.script import STORY, Scene, play, until_cue
from tests.monitor.demo.conftest import Clock

LONGEST = 75  # seconds that the story may take


def test_the_story_is_in_order_and_short() -> None:
    seconds = [scene.second for scene in STORY]
    assert seconds[0] == 0
    assert all(earlier < later for earlier, later in pairwise(seconds))
    assert seconds[-1] <= LONGEST


def test_every_fault_of_the_story_is_restored() -> None:
    troubled = set()
    for scene in STORY:
        if scene.verb == "restore":
            troubled.discard(scene.arguments[0])
        elif scene.verb is not None:
            troubled.add(scene.arguments[0])
    assert troubled == set()


def test_the_api_turns_slow_before_authentication_refuses() -> None:
    faults = [(scene.verb, scene.arguments[0]) for scene in STORY if scene.verb not in (None, "restore")]
    assert faults == [("slow", "api"), ("refuse", "auth")]


async def test_each_scene_is_played_at_its_second(clock: Clock, justkalm: JustKalm) -> None:
    played: list[tuple[float, str]] = []
    await play(justkalm, lambda line: played.append((clock.now, line)), clock=clock, sleep=clock.sleep)
    assert played == [(scene.second, scene.words) for scene in STORY]


async def test_a_scene_that_takes_long_does_not_delay_the_next(clock: Clock, justkalm: JustKalm) -> None:
    def dawdle(line: str) -> None:
        at.append(clock.now)
        clock.now += 3

    at: list[float] = []
    await play(justkalm, dawdle, story=(Scene(0, "a"), Scene(2, "b"), Scene(9, "c")), clock=clock, sleep=clock.sleep)
    assert at == [0, 3, 9]


@pytest.mark.parametrize(
    ("scene", "status"),
    [
        (Scene(0, "", "fail", ("api", 500)), 500),
        (Scene(0, "", "slow", ("api", 0.5)), 200),
        (Scene(0, "words only"), 200),
    ],
)
async def test_a_scene_does_to_justkalm_what_it_says(
    clock: Clock, justkalm: JustKalm, client: aiohttp.ClientSession, scene: Scene, status: int
) -> None:
    await play(justkalm, _say_nothing, story=(scene,), clock=clock, sleep=clock.sleep)
    async with client.get(f"{justkalm.urls['api']}/health") as response:
        assert response.status == status


async def test_justkalm_is_well_when_the_story_is_over(
    clock: Clock, justkalm: JustKalm, client: aiohttp.ClientSession, token: str
) -> None:
    await play(justkalm, _say_nothing, clock=clock, sleep=clock.sleep)
    clock.slept.clear()
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"{justkalm.urls['api']}/v1/valuations", headers=headers) as response:
        assert response.status == 200
    assert clock.slept == []


def _say_nothing(line: str) -> None:
    pass


@pytest.mark.parametrize(
    ("now", "seconds"), [(500, 0.0), (0, 0.5), (499, 0.001), (501, 0.999), (1_700_000_000_250, 0.25)]
)
def test_the_story_begins_in_the_middle_of_a_second_on_the_wall(now: int, seconds: float) -> None:
    assert until_cue(now) == pytest.approx(seconds)
