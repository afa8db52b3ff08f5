"""What people said is replayed with the rest: a history with all of it, through a real pipeline and a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.core.board import Board
from monitor.core.model import (
    HOUR,
    SECOND,
    Amended,
    Amendment,
    Cancelled,
    Command,
    Configured,
    Event,
    Explained,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Planned,
    Reported,
    Started,
    Status,
    Window,
    Written,
)
from monitor.core.subscribing import Delivery
from monitor.pipeline import Pipeline
from monitor.replay.judging import Lens, as_judged_by, as_recorded
from monitor.replay.playing import play
from monitor.replay.recording import Recording
from monitor.replay.sources import Directory
from storage import Store
from tests.builders import NOON, amendment, component_setup, probe_setup, result, setup
from tests.monitor.core.story import PACE, VERDICTS
from tests.monitor.replay.histories import config_of, nothing, side

NAMES = ("api", "cdn", "auth")
WATCHED = setup(*(component_setup(name) for name in NAMES))
PATIENT = setup(
    *(component_setup(name, probes=(probe_setup(f"{name}/health", failure_threshold=9),)) for name in NAMES)
)


class NoDebts:
    def owed(self, events: Sequence[Event]) -> list[Delivery]:
        return []

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        assert not deliveries


class Daemon:
    """Decides and writes down what it sees and is told."""

    def __init__(self, store: Store) -> None:
        self.store, self.at = store, NOON
        self.pipeline = Pipeline(Board(), store, self, NoDebts())
        self.pipeline.offer(Started(NOON, None))
        self.pipeline.offer(Configured(NOON, WATCHED))

    def now(self) -> Instant:
        return self.at

    async def run(self, **series: str) -> None:
        """Runs of the components' probes, one every half a minute."""
        for letters in zip_longest(*series.values(), fillvalue="."):
            for component, letter in zip(series, letters, strict=True):
                self.pipeline.offer(result(f"{component}/health", VERDICTS[letter], started=self.at))
            self.at += PACE
        await self.pipeline.step()

    async def say(self, command: Command) -> None:
        self.at += SECOND
        await asyncio.gather(self.pipeline.obeyed(command), self.pipeline.step())

    async def write(self, incident: Incident, **changes: object) -> None:
        message = "More is known."
        said = Written(at=self.at, by="ada", incident=incident.id, message=message, **changes)  # type: ignore[arg-type]
        await self.say(said)

    async def explain(self, incident: Incident) -> None:
        over = await self.store.incident(incident.id)
        assert over is not None
        await self.say(Explained(at=self.at, by="bob", incident=over, text="A cable."))

    async def newest(self) -> Incident:
        (incident,) = await self.store.incidents(limit=1)
        return incident


AMENDMENT: Amendment = amendment(since=NOON, until=NOON + HOUR)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "data")
    yield opened
    await opened.close()


async def an_eventful_day(daemon: Daemon) -> list[Incident]:
    """One incident that people open, one that they take over, and one of which they write only what they learned."""
    await daemon.run(api="..", cdn="..", auth="..")
    incidents = [await opened(daemon), await taken_over(daemon), await explained(daemon)]
    await maintained(daemon)
    await daemon.say(Amended(at=daemon.at, amendment=AMENDMENT))
    await daemon.run(api="...", cdn="...", auth="...")
    return incidents


async def opened(daemon: Daemon) -> Incident:
    reported = Reported(
        at=daemon.at,
        by="ada",
        components=("auth",),
        title="Wrong keys",
        impact=Impact.MINOR,
        status=IncidentStatus.IDENTIFIED,
        message="It is us.",
    )
    await daemon.say(reported)
    incident = await daemon.newest()
    await daemon.run(auth="FFF...", api="......")
    await daemon.write(incident, status=IncidentStatus.RESOLVED)
    return incident


async def taken_over(daemon: Daemon) -> Incident:
    await daemon.run(cdn="FFF")
    incident = await daemon.newest()
    await daemon.write(incident, hold=True, title="No pictures", impact=Impact.NONE)
    await daemon.run(cdn="......")
    await daemon.write(incident, status=IncidentStatus.RESOLVED)
    await daemon.explain(incident)
    return incident


async def explained(daemon: Daemon) -> Incident:
    await daemon.run(api="FFF........")
    incident = await daemon.newest()
    await daemon.explain(incident)
    return incident


async def maintained(daemon: Daemon) -> None:
    starts = daemon.at
    upgrade = Window(id="mnt_up", title="Upgrade", components=("api",), starts=starts, ends=starts + HOUR, by="ada")
    await daemon.say(Planned(at=daemon.at, window=upgrade))
    await daemon.run(api=".FFF...")
    await daemon.say(Cancelled(at=daemon.at, window=upgrade.id))


@pytest.mark.parametrize("judged", [False, True], ids=["as recorded", "by the same config"])
async def test_unchanged_thresholds_come_to_what_was_recorded(judged: bool, store: Store, tmp_path: Path) -> None:
    incidents = await an_eventful_day(Daemon(store))
    lens: Lens = as_judged_by(config_of(WATCHED, tmp_path)) if judged else as_recorded
    seen = side(lens)
    recording: Recording = await play(Directory(store), [seen], 0, nothing)
    recorded = {incident.id: incident for incident in await store.incidents(limit=100)}
    assert seen.incidents == recorded
    assert recorded.keys() == {incident.id for incident in incidents}
    assert seen.ledgers == {name: await store.spans(name, 0) for name in NAMES}
    assert seen.amendments == [AMENDMENT]
    assert recording.unheard == 0


async def test_what_people_opened_is_there_whatever_the_thresholds(store: Store, tmp_path: Path) -> None:
    theirs, *_ = await an_eventful_day(Daemon(store))
    seen = side(as_judged_by(config_of(PATIENT, tmp_path)))
    recording = await play(Directory(store), [seen], 0, nothing)
    assert list(seen.incidents) == [theirs.id]
    assert not seen.incidents[theirs.id].open
    assert recording.unheard == 4  # taken over, resolved, and twice explained
    assert Status.MAINTENANCE in [span.status for span in seen.ledgers["api"]]


async def test_what_did_nothing_when_it_was_said_is_not_missed_either(store: Store, tmp_path: Path) -> None:
    daemon = Daemon(store)
    await daemon.run(api="..")
    over = await explained(daemon)
    await daemon.write(over)  # refused: it is resolved
    recording = await play(Directory(store), [side(as_judged_by(config_of(PATIENT, tmp_path)))], 0, nothing)
    assert recording.unheard == 1  # what was learned of it
