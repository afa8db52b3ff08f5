"""The story that the demo tells: what is done to JustKalm, when, and in which words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from monitor.demo.listener import Sleep
from monitor.demo.pretend import JustKalm

Verb: TypeAlias = Literal["slow", "refuse", "fail", "restore"]


@dataclass(frozen=True, slots=True)
class Scene:
    """At this second of the story these words are said, and then the verb is done; None: words only."""

    second: int
    words: str
    verb: Verb | None = None
    arguments: tuple[str | float, ...] = ()


STORY = (
    Scene(0, "all six parts answer"),
    Scene(12, "the API turns slow: every answer takes half a second", "slow", ("api", 0.5)),
    Scene(26, "the API is quick again", "restore", ("api",)),
    Scene(38, "the authentication server closes its socket", "refuse", ("auth",)),
    Scene(56, "the authentication server listens again", "restore", ("auth",)),
    Scene(70, "that was the story; the page stays up until you end it"),
)


CUE = 500  # ms of a second on the wall: no probe of what fails is under way then, so the story has one order


def until_cue(now: int) -> float:
    """Seconds from an instant, in ms since 1970, until the story may begin."""
    return (CUE - now) % 1_000 / 1_000


async def play(
    justkalm: JustKalm,
    say: Callable[[str], object],
    *,
    story: tuple[Scene, ...] = STORY,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Tell the story to its end, each scene at its second by the clock.

    Args:
        say: gets the words of each scene.
        clock: monotonic seconds.
        sleep: waits the given seconds by that clock.
    """
    begun = clock()
    for scene in story:
        await sleep(max(0.0, begun + scene.second - clock()))
        say(scene.words)
        if scene.verb is not None:
            await getattr(justkalm, scene.verb)(*scene.arguments)
