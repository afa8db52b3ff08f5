"""A window of maintenance through restarts, on a real store: whenever we stop and start, the same is told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.core.ids import window_event_id
from monitor.core.model import (
    MINUTE,
    SECOND,
    Cancelled,
    Command,
    Configured,
    Duration,
    Event,
    EventKind,
    Incident,
    Instant,
    Observation,
    Planned,
    Started,
    Status,
    Tick,
    Verdict,
    Window,
)
from monitor.core.subscribing import Delivery
from monitor.pipeline import Pipeline
from storage import Store
from tests.builders import NOON, component_setup, result, setup

WATCHED = setup(component_setup("api"), component_setup("cdn"))
NOTICE, STARTS, ENDS, OVER = (NOON + minutes * MINUTE for minutes in (2, 5, 10, 25))
UPGRADE = Window(id="mnt_up", title="Upgrade", components=("api",), starts=STARTS, ends=ENDS, by="ada")
TROUBLE = {  # from one minute up to another
    "api/health": ((6, 8), (12, 14)),  # inside the window, and after it
    "cdn/health": ((0, 16),),
}
PACE = 30 * SECOND
LOST: Duration = 20 * SECOND  # of what we saw last, when we are killed

RESTARTS = pytest.mark.parametrize(
    ("stop", "back"),
    [
        (NOON + 90 * SECOND, NOTICE - SECOND),
        (NOTICE + MINUTE, STARTS - MINUTE),
        (STARTS - SECOND, STARTS),
        (STARTS, STARTS + SECOND),
        (STARTS - MINUTE, STARTS + MINUTE),
        (STARTS + 2 * MINUTE, STARTS + 3 * MINUTE),
        (ENDS - MINUTE, ENDS + MINUTE),
        (ENDS, ENDS + MINUTE),
        (STARTS - MINUTE, ENDS + MINUTE),
    ],
    ids=[
        "before its notice",
        "before its start",
        "up to its start",
        "at its start",
        "over its start",
        "inside",
        "over its end",
        "at its end",
        "over all of it",
    ],
)


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> Instant:
        return self.at


class Heard:
    """Owes nothing, and notes of what it was asked."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def owed(self, events: Sequence[Event]) -> list[Delivery]:
        self.events.extend(events)
        return []

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        assert not deliveries


class Watch:
    """What watches a directory through any number of lives; it sees a run of each probe every half a minute."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.clock, self.heard = Clock(), Heard()

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Pipeline]:
        store = await Store.open(self._directory)
        pipeline = Pipeline(await store.load(), store, self.clock, self.heard)
        pipeline.offer(Started(self.clock.at, await store.last_alive()))
        pipeline.offer(Configured(self.clock.at, WATCHED))
        await pipeline.step()
        yield pipeline
        await store.close()

    async def watch(self, pipeline: Pipeline, until: Instant, *said: Command) -> None:
        """What was said in that time is heard in its turn."""
        heard = [command for command in said if self.clock.at <= command.at <= until]
        seen: list[Observation] = [*runs(self.clock.at, until), *heard, Tick(until)]
        for observation in sorted(seen, key=lambda each: each.at):
            pipeline.offer(observation)
        self.clock.at = until
        await pipeline.step()

    async def stop(self, pipeline: Pipeline) -> None:
        """In order: the last thing written down is that we lived."""
        pipeline.close()
        await pipeline.step()


def runs(since: Instant, until: Instant) -> Iterator[Observation]:
    for started in range(since - (since - NOON) % PACE, until, PACE):
        for probe, stretches in TROUBLE.items():
            failed = any(NOON + begins * MINUTE <= started < NOON + ends * MINUTE for begins, ends in stretches)
            if since <= started and started + 100 <= until:
                yield result(probe, Verdict.FAIL if failed else Verdict.PASS, started=started)


async def told(directory: Path, *said: Command) -> Watch:
    """Without a restart."""
    watch = Watch(directory)
    async with watch.life() as pipeline:
        await watch.watch(pipeline, OVER, *said)
    return watch


async def told_through(directory: Path, stop: Instant, back: Instant, killed: bool, *said: Command) -> Watch:
    watch = Watch(directory)
    async with watch.life() as pipeline:
        await watch.watch(pipeline, stop - LOST if killed else stop, *said)
        if not killed:
            await watch.stop(pipeline)
    watch.clock.at = back
    async with watch.life() as pipeline:
        await watch.watch(pipeline, OVER, *said)
    return watch


def of_windows(watch: Watch) -> list[tuple[str, EventKind, Instant]]:
    return [(event.id, event.kind, event.at) for event in watch.heard.events if isinstance(event.subject, Window)]


def of_incidents(watch: Watch) -> list[str]:
    return [event.id for event in watch.heard.events if isinstance(event.subject, Incident)]


async def incidents(directory: Path) -> list[tuple[object, ...]]:
    """But for when they were resolved: that waits for as long as we did not watch."""
    store = await Store.open(directory)
    found = await store.incidents(limit=100)
    await store.close()
    return [(each.id, each.title, each.impact, each.started_at, each.created_at, each.ended_at) for each in found]


def event_of(kind: EventKind, at: Instant, changed: int = 0) -> tuple[str, EventKind, Instant]:
    return window_event_id(UPGRADE.id, kind, changed), kind, at


PLANNED = Planned(at=NOTICE, window=UPGRADE)
SCHEDULED = event_of(EventKind.MAINTENANCE_SCHEDULED, NOTICE)
STARTED = event_of(EventKind.MAINTENANCE_STARTED, STARTS)
COMPLETED = event_of(EventKind.MAINTENANCE_COMPLETED, ENDS)


@RESTARTS
@pytest.mark.parametrize("killed", [False, True], ids=["in order", "killed"])
async def test_a_restart_at_any_moment_tells_each_edge_of_a_window_once_and_at_its_instant(
    stop: Instant, back: Instant, killed: bool, tmp_path: Path
) -> None:
    watch = await told_through(tmp_path, stop, back, killed, PLANNED)
    assert of_windows(watch) == [SCHEDULED, STARTED, COMPLETED]


@RESTARTS
@pytest.mark.parametrize("killed", [False, True], ids=["in order", "killed"])
async def test_a_restart_at_any_moment_of_a_window_opens_and_resolves_the_same_incidents(
    stop: Instant, back: Instant, killed: bool, tmp_path: Path
) -> None:
    whole = await told(tmp_path / "whole", PLANNED)
    broken = await told_through(tmp_path / "broken", stop, back, killed, PLANNED)
    assert of_incidents(broken) == of_incidents(whole)
    assert await incidents(tmp_path / "broken") == await incidents(tmp_path / "whole")


@RESTARTS
async def test_all_of_a_window_is_maintenance_also_where_nobody_watched(
    stop: Instant, back: Instant, tmp_path: Path
) -> None:
    await told_through(tmp_path, stop, back, True, PLANNED)
    store = await Store.open(tmp_path)
    spans = await store.spans("api", STARTS)
    await store.close()
    assert (spans[0].since, spans[0].status, spans[1].since) == (STARTS, Status.MAINTENANCE, ENDS)


@RESTARTS
async def test_a_window_that_was_cancelled_is_forgotten_by_no_restart(
    stop: Instant, back: Instant, tmp_path: Path
) -> None:
    cancelled = Cancelled(at=NOTICE + 30 * SECOND, window=UPGRADE.id)
    watch = await told_through(tmp_path, stop, back, True, PLANNED, cancelled)
    ended = event_of(EventKind.MAINTENANCE_COMPLETED, cancelled.at, changed=1)
    assert of_windows(watch) == [SCHEDULED, ended]
