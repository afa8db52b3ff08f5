"""Who listens is told everything once, in order, however late they come back."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from exporter.stream.stream import KEPT, WOKEN, Full, Listener, Stream
from exporter.stream.wire import PING
from monitor.core.model import Event, EventKind, Status, StatusChange
from monitor.core.subscribing import Told
from tests.builders import NOON
from tests.exporter.fakes import FakeHistory


def told(sequence: int) -> Told:
    change = StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON)
    return Told(sequence, Event(f"evt_{sequence}", EventKind.COMPONENT_STATUS_CHANGED, NOON, change))


async def begun(events: int, *, room: int = 10, ping_every: float = 60.0) -> tuple[Stream, FakeHistory]:
    history = FakeHistory(told=[told(number) for number in range(1, events + 1)])
    stream = Stream(history, lambda component: None, room, ping_every=ping_every)
    await stream.begin()
    return stream, history


async def happens(stream: Stream, history: FakeHistory, times: int = 1) -> None:
    for _ in range(times):
        history.told.append(told(len(history.told) + 1))
    await stream.step()


def ids(body: bytes | None) -> list[int]:
    assert body is not None
    return [int(line[4:]) for line in body.splitlines() if line.startswith(b"id: ")]


async def test_a_listener_is_told_each_event_once_and_in_order() -> None:
    stream, history = await begun(3)
    with stream.listening(stream.newest) as listener:
        await happens(stream, history)
        assert ids(await listener.next()) == [4]
        await happens(stream, history, times=3)
        assert ids(await listener.next()) == [5, 6, 7]


async def test_a_listener_that_waits_is_woken() -> None:
    stream, history = await begun(0)
    with stream.listening(stream.newest) as listener:
        waiting = asyncio.ensure_future(listener.next())
        await asyncio.sleep(0)
        await happens(stream, history)
        assert ids(await waiting) == [1]


async def test_without_news_a_listener_is_pinged() -> None:
    stream, _ = await begun(1, ping_every=0.001)
    with stream.listening(stream.newest) as listener:
        assert await listener.next() == PING


async def test_being_woken_for_what_was_told_already_is_no_news() -> None:
    stream, history = await begun(0, ping_every=0.001)
    with stream.listening(stream.newest) as listener:
        history.told.append(told(1))
        await stream.step()
        assert ids(await listener.next()) == [1]
        listener.wake()
        assert await listener.next() == PING


async def test_a_listener_that_falls_behind_what_is_kept_is_let_go() -> None:
    stream, history = await begun(0)
    with stream.listening(stream.newest) as listener:
        await happens(stream, history, times=KEPT + 1)
        assert await listener.next() is None


async def test_a_listener_as_far_behind_as_what_is_kept_is_told_all_of_it() -> None:
    stream, history = await begun(0)
    with stream.listening(stream.newest) as listener:
        await happens(stream, history, times=KEPT)
        assert ids(await listener.next()) == list(range(1, KEPT + 1))


@pytest.mark.parametrize(
    ("events", "seen", "missed"),
    [
        (5, 5, []),
        (5, 3, [4, 5]),
        (5, 0, [1, 2, 3, 4, 5]),
        (KEPT + 100, KEPT + 98, [KEPT + 99, KEPT + 100]),
        (KEPT + 100, 100, list(range(101, KEPT + 101))),
    ],
)
async def test_who_comes_back_gets_what_was_missed(events: int, seen: int, missed: list[int]) -> None:
    stream, _ = await begun(events)
    assert ids(stream.missed(seen)) == missed


@pytest.mark.parametrize(("events", "seen"), [(KEPT + 100, 99), (5, 6)])
async def test_who_was_away_too_long_or_comes_from_elsewhere_gets_none_of_it(events: int, seen: int) -> None:
    stream, _ = await begun(events)
    assert stream.missed(seen) is None


async def test_who_comes_back_is_told_no_more_than_one_would_read() -> None:
    change = StatusChange("a" * 3_000, Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON)
    kind = EventKind.COMPONENT_STATUS_CHANGED
    history = FakeHistory(told=[Told(n, Event(f"evt_{n}", kind, NOON, change)) for n in range(1, 201)])
    stream = Stream(history, lambda component: None, 10)
    await stream.begin()
    assert stream.missed(0) is None
    assert ids(stream.missed(190)) == list(range(191, 201))


async def test_a_history_that_cannot_be_read_ends_nothing() -> None:
    stream, history = await begun(0)
    running = asyncio.ensure_future(stream.run())
    with stream.listening(stream.newest) as listener:
        history.fault, history.asked = sqlite3.OperationalError("disk I/O error"), []
        history.told.append(told(1))
        stream.look()
        while not history.asked:
            await asyncio.sleep(0)
        history.fault = None
        stream.look()
        assert ids(await listener.next()) == [1]
    running.cancel()


async def test_a_listener_that_left_is_told_nothing_more() -> None:
    stream, _ = await begun(0)
    with stream.listening(0) as listener:
        waiting = asyncio.ensure_future(listener.next())
        await asyncio.sleep(0)
        listener.leave()
        assert await waiting is None


async def test_no_more_may_listen_than_there_is_room_for() -> None:
    stream, _ = await begun(0, room=1)
    with stream.listening(0), pytest.raises(Full), stream.listening(0):
        pass
    with stream.listening(0):
        pass


async def test_when_we_stop_everybody_is_let_go() -> None:
    stream, _ = await begun(0)
    with stream.listening(0) as waiting, stream.listening(0) as late:
        next_one = asyncio.ensure_future(waiting.next())
        await asyncio.sleep(0)
        stream.close()
        assert await next_one is None
        assert await late.next() is None


async def test_listeners_are_woken_a_few_at_a_time() -> None:
    stream, history = await begun(0, room=3 * WOKEN)
    told_in: dict[int, int] = {}
    turn = 0

    async def listen(number: int, listener: Listener) -> None:
        await listener.next()
        told_in[number] = turn

    contexts = [stream.listening(0) for _ in range(3 * WOKEN)]
    tasks = [asyncio.ensure_future(listen(number, each.__enter__())) for number, each in enumerate(contexts)]
    await asyncio.sleep(0)
    step = asyncio.ensure_future(happens(stream, history))
    while not step.done() or len(told_in) < len(tasks):
        turn += 1
        await asyncio.sleep(0)
    most = max(list(told_in.values()).count(each) for each in set(told_in.values()))
    assert most <= WOKEN
    for each in contexts:
        each.__exit__(None, None, None)
