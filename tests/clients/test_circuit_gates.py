"""Guards, queues and waiting of the Python breaker, before a status service on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from clients.python.justkalm_circuit import CircuitOpen, Circuits, Guard, QueueFull
from tests.clients.breakers import Clock, ask, asked
from tests.clients.lies import StatusService, tells

# ── guards ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_guard_refuses_calls_while_open(service: StatusService) -> None:
    with pytest.raises(CircuitOpen, match="API outage") as refused, asked(service).guard("api"):
        pytest.fail("it was called")
    assert (refused.value.component, refused.value.retry_after) == ("api", 30.0)


def test_a_guard_lets_all_calls_through_while_closed(service: StatusService) -> None:
    service.answer = tells("closed")
    guarded = asked(service).guard("api")(abs)
    assert [guarded(-number) for number in range(100)] == list(range(100))


def test_a_guard_lets_a_trickle_through_while_half_open(service: StatusService) -> None:
    service.answer = tells("half_open")
    clock = Clock()
    circuits = asked(service, clock)
    guarded = circuits.guard("api")
    waits = [wait_of(guarded, 1_000 + tenth / 10, clock) for tenth in range(600)]
    assert waits.count(0) == pytest.approx(60, abs=10)
    assert 0 < max(waits) < 1.5


def wait_of(guarded: Guard, at: float, clock: Clock) -> float:
    """How long a call is told to wait at an instant; 0: it goes."""
    clock.at = at
    try:
        guarded.enter()
    except CircuitOpen as refused:
        return refused.retry_after
    return 0.0


async def test_a_guard_decorates_coroutines(service: StatusService) -> None:
    circuits = asked(service)

    @circuits.guard("api")
    async def call() -> str:
        """Says so."""
        return "called"

    with pytest.raises(CircuitOpen):
        await call()
    service.answer = tells("closed", '"v2"')
    ask(circuits)
    assert (await call(), call.__doc__) == ("called", "Says so.")


def test_what_a_guarded_call_raises_comes_out(service: StatusService) -> None:
    service.answer = tells("closed")
    with pytest.raises(ZeroDivisionError), asked(service).guard("api"):
        raise ZeroDivisionError


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────


def test_waiting_ends_when_its_time_is_over(service: StatusService) -> None:
    assert not asked(service).wait_until_closed("api", timeout=0)


async def test_waiting_ends_when_its_time_is_over_on_a_loop_too(service: StatusService) -> None:
    assert not await asked(service).wait_until_closed_async("api", timeout=0)


def test_waiting_ends_when_the_circuit_closes(service: StatusService) -> None:
    circuits = asked(service)
    waiting = Started(lambda: circuits.wait_until_closed("api"))
    service.answer = tells("closed", '"v2"')
    ask(circuits)
    assert waiting.ended() is True


async def test_waiting_on_a_loop_ends_when_the_circuit_closes(service: StatusService) -> None:
    circuits = asked(service)
    waiting = asyncio.create_task(circuits.wait_until_closed_async("api"))
    await asyncio.sleep(0)
    assert not waiting.done()
    service.answer = tells("closed", '"v2"')
    ask(circuits)
    assert await waiting


# ── queues ───────────────────────────────────────────────────────────────────────────────────────────


class Started:
    """A thread that comes to something."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._came_to: list[object] = []
        self._thread = threading.Thread(target=lambda: self._came_to.append(work()), daemon=True)
        self._thread.start()

    def ended(self) -> object:
        self._thread.join(30)
        return self._came_to[0]


def after_the_ramp(circuits: Circuits, service: StatusService, clock: Clock) -> None:
    """The outage is over, and has been for long enough that nobody needs to go slowly."""
    service.answer = tells("closed", '"v2"')
    ask(circuits)
    clock.at += 60


async def test_a_queue_lets_calls_through_while_closed(service: StatusService) -> None:
    service.answer = tells("closed")
    queue = asked(service).queue("api")
    for _ in range(100):
        queue.enter()
        await queue.enter_async()
    assert len(queue) == 0


async def test_held_calls_go_in_the_order_in_which_they_came(service: StatusService) -> None:
    clock = Clock()
    circuits = asked(service, clock)
    queue, called = circuits.queue("api"), []

    @queue
    async def call(number: int) -> None:
        called.append(number)

    calls = [asyncio.create_task(call(number)) for number in range(50)]
    await asyncio.sleep(0)
    assert (len(queue), called) == (50, [])
    after_the_ramp(circuits, service, clock)
    await asyncio.gather(*calls)
    assert (len(queue), called) == (0, list(range(50)))


async def test_threads_and_a_loop_may_share_a_queue(service: StatusService) -> None:
    clock = Clock()
    circuits = asked(service, clock)
    queue = circuits.queue("api")
    threads = [asyncio.create_task(asyncio.to_thread(queue.enter)) for _ in range(3)]
    tasks = [asyncio.create_task(queue.enter_async()) for _ in range(3)]
    await asyncio.sleep(0)
    assert len(queue) >= 3
    after_the_ramp(circuits, service, clock)
    await asyncio.gather(*threads, *tasks)
    assert len(queue) == 0


async def test_a_full_queue_refuses_more(service: StatusService) -> None:
    queue = asked(service).queue("api", limit=2)
    held = [asyncio.create_task(queue.enter_async()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull, match="api is not called: its queue is full") as refused:
        await queue.enter_async()
    assert refused.value.retry_after == 30.0
    with pytest.raises(QueueFull):
        queue.enter()
    for call in held:
        call.cancel()
    await asyncio.gather(*held, return_exceptions=True)
    assert len(queue) == 0


async def test_a_held_call_that_is_given_up_makes_room_for_the_next(service: StatusService) -> None:
    clock = Clock()
    circuits = asked(service, clock)
    queue = circuits.queue("api")
    first, second = (asyncio.create_task(queue.enter_async()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    after_the_ramp(circuits, service, clock)
    await second
    assert first.cancelled()


async def test_patience_ends(service: StatusService) -> None:
    circuits = asked(service)
    with pytest.raises(CircuitOpen):
        await circuits.queue("api", patience=0.001).enter_async()
    with pytest.raises(CircuitOpen):
        await asyncio.to_thread(circuits.queue("api", patience=0.001).enter)


async def test_stopping_refuses_what_is_held(service: StatusService) -> None:
    circuits = asked(service)
    queue = circuits.queue("api")
    held = [asyncio.create_task(queue.enter_async()) for _ in range(2)]
    thread = asyncio.create_task(asyncio.to_thread(queue.enter))
    await asyncio.sleep(0)
    circuits.stop()
    ends = await asyncio.gather(*held, thread, return_exceptions=True)
    # The thread may have come only after the end, and then went through.
    assert [str(end) for end in ends[:2]] == ["api is not called: nobody asks any more"] * 2
    assert type(ends[2]) in (CircuitOpen, type(None))
