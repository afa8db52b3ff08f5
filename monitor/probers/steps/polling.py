"""Asks again and again until an answer is as it is to become."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from monitor.core.model import SECOND, Duration
from monitor.probers.judging.expect import Expectations
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.exchange import Exchange
from monitor.probers.settings import Poll
from monitor.probers.steps.outcome import Outcome
from monitor.probers.wire.phases import MILLISECOND, duration

Ask: TypeAlias = Callable[[Duration], Awaitable[Exchange]]  # once, within so much time


class Polling:
    """Asks `every` so often, from one beginning to the next; a request that takes longer is followed at once.

    Args:
        expected: of each answer; one that is not so ends it.
        timeout: of one request.
    """

    def __init__(self, poll: Poll, expected: Expectations, timeout: Duration) -> None:
        self._every = poll.every * MILLISECOND
        self._longest = poll.longest * MILLISECOND
        self._expected = expected
        self._until = Expectations(poll.until)
        self._timeout = timeout

    async def poll(self, ask: Ask) -> Outcome:
        """The step fails with what was still missed when the time was up."""
        outcome, begun = Outcome(), time.monotonic_ns()
        missed: Failure | None = None
        while True:
            asked = time.monotonic_ns()
            left = (begun + self._longest - asked) // MILLISECOND
            exchange = await ask(min(self._timeout, left))
            outcome.add(exchange)
            outcome.failure = exchange.missed(self._expected)
            if missed and outcome.failure and outcome.failure.timed_out and left < self._timeout:
                outcome.failure = _still(missed, begun)
            if outcome.failure or (missed := exchange.missed(self._until)) is None:
                return outcome
            following = max(asked + self._every, time.monotonic_ns())
            if following >= begun + self._longest:
                outcome.failure = _still(missed, begun)
                return outcome
            outcome.waited += await _wait(following)


def _still(missed: Failure, begun: int) -> Failure:
    after = duration(time.monotonic_ns() - begun)
    return replace(missed, detail=f"{missed.detail}, still after {after}", timed_out=True)


async def _wait(until: int) -> int:
    """Until then (monotonic ns), and for how many ns."""
    since = time.monotonic_ns()
    await asyncio.sleep((until - since) / MILLISECOND / SECOND)
    return time.monotonic_ns() - since
