"""What was recorded comes out of a replay as it was: random stories through a real store."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from monitor.core.model import Configured, Incident, Observation, Phases, Result, Span, Tick, Verdict
from monitor.replay.judging import as_judged_by
from monitor.replay.playing import play
from monitor.replay.side import Side
from monitor.replay.sources import Directory
from storage import Store
from tests.monitor.core.any_people import AnyStoryWithPeople
from tests.monitor.replay.histories import config_of, decided, nothing, side

SLOW = Phases(processing=1_500_000)  # as a run is that took longer than the second after which it is slow


def timed(observation: Observation) -> Observation:
    """Slow runs took as long as that."""
    if isinstance(observation, Result) and observation.verdict is Verdict.SLOW:
        return replace(observation, phases=SLOW)
    return observation


async def recorded_and_replayed(
    observed: Sequence[Observation], folder: Path, *sides: Side
) -> tuple[dict[str, Incident], dict[str, list[Span]]]:
    """What the store tells of the past once it has all that; the sides have seen it, too."""
    store = await Store.open(folder)
    await store.commit(decided(observed), alive=0)
    await play(Directory(store), sides, 0, nothing)
    incidents = {incident.id: incident for incident in await store.incidents(limit=10_000)}
    ledgers = {component: await store.spans(component, 0) for component in sides[0].ledgers}
    await store.close()
    return incidents, ledgers


class AnyRecordedStory(AnyStoryWithPeople):
    """Any story with reloads, restarts, gaps, clocks set back, and people who plan, write and amend."""

    def teardown(self) -> None:
        if hasattr(self, "story"):
            with tempfile.TemporaryDirectory() as name:
                self.check(Path(name))

    def check(self, folder: Path) -> None:
        seen = side()
        incidents, ledgers = asyncio.run(recorded_and_replayed(self.story.observed, folder, seen))
        assert incidents == seen.incidents == self.story.incidents
        assert ledgers == seen.ledgers == self.story.rows
        assert seen.events == len({event.id for event in self.story.events})
        assert seen.amendments == [it for step in self.story.steps for it in step.amendments]


class AnySteadyStory(AnyRecordedStory):
    """Its config is read again and again, and stays what it was."""

    @rule(number=st.just(0))
    def reconfigure(self, number: int) -> None:
        first = next(seen for seen in self.story.observed if isinstance(seen, Configured))
        self.story.configure(first.setup)

    def check(self, folder: Path) -> None:
        watched = next(seen for seen in self.story.observed if isinstance(seen, Configured)).setup
        seen = side(as_judged_by(config_of(watched, folder)))
        observed = [timed(observation) for observation in self.story.observed]
        incidents, ledgers = asyncio.run(recorded_and_replayed(observed, folder / "data", seen))
        assert incidents == seen.incidents
        assert ledgers == seen.ledgers
        assert seen.events == len({event.id for event in self.story.events})


class AnyTicklessStory(AnyRecordedStory):
    """Its ticks were never written down."""

    def check(self, folder: Path) -> None:
        without = [observation for observation in self.story.observed if not isinstance(observation, Tick)]
        seen = side()
        asyncio.run(recorded_and_replayed(without, folder, seen))
        seen.observe(Tick(self.story.board.at))
        assert seen.incidents == self.story.incidents


OFTEN = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestARecordedStory, TestASteadyStory, TestATicklessStory = (
    story.TestCase for story in (AnyRecordedStory, AnySteadyStory, AnyTicklessStory)
)
TestARecordedStory.settings = TestASteadyStory.settings = TestATicklessStory.settings = OFTEN
