"""One step of a transaction: a request, what must come of it, and what later steps need of that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import CookieJar

from monitor.core.model import SECOND, Duration, Reason
from monitor.core.ports import Callback
from monitor.probers.judging.expect import Expectations
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.client import Client
from monitor.probers.requests.exchange import Exchange
from monitor.probers.requests.request import Request, first_request
from monitor.probers.settings import Step
from monitor.probers.steps.outcome import Outcome
from monitor.probers.steps.polling import Polling
from monitor.probers.steps.saving import Savings
from monitor.probers.steps.templates import CALLBACK_URL, TemplateError, rendered, variables
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.phases import MILLISECOND, Hop, duration


@dataclass(slots=True)
class Course:
    """What the steps of one run hand on."""

    cookies: CookieJar = field(default_factory=lambda: CookieJar(unsafe=True))  # unsafe: also those of IP addresses
    saved: dict[str, object] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)  # what nobody but the target may know


class PreparedStep:
    """Compiled once.

    Args:
        timeout: of its request; a poll has its own, and so has the wait for a callback.

    Raises:
        UnusableTrust: a file that the step's `trust` names cannot be used.
    """

    def __init__(self, step: Step, around: Surroundings, timeout: Duration) -> None:
        self.settings = step
        self._timeout = timeout
        self._callbacks = around.callbacks
        self._client = Client(step.http, around)
        self._expectations = Expectations(step.expect)
        self._polling = Polling(step.poll, self._expectations, timeout) if step.poll else None
        self._savings = Savings(step.save)
        self._variables = variables(step.http) - {CALLBACK_URL}

    def can_clean_up(self, course: Course) -> bool:
        """Whether it is to run after another step failed, and has all that it needs."""
        return self.settings.always and self._variables <= course.saved.keys()

    async def take(self, course: Course) -> Outcome:
        """Go through with it, up to its first failure."""
        with self._listening(course) as callback:
            given = {} if callback is None else {CALLBACK_URL: callback.url}
            try:
                request = first_request(rendered(self.settings.http, course.saved | given))
            except TemplateError as error:
                return self._not_asked(str(error))
            outcome = await self._ask(request, course)
            unsaved = self._savings.keep(outcome.last, course.saved)  # also of a failure: to clean up after it
            outcome.failure = outcome.failure or unsaved
            if callback is not None and outcome.failure is None:
                await self._hear(callback, outcome)
            return outcome

    @contextmanager
    def _listening(self, course: Course) -> Iterator[Callback | None]:
        if self.settings.await_callback is None:
            yield None
            return
        assert self._callbacks is not None
        with self._callbacks.awaited() as callback:
            course.hidden += [callback.url, callback.url.rpartition("/")[2]]
            yield callback

    async def _ask(self, request: Request, course: Course) -> Outcome:
        async def ask(limit: Duration) -> Exchange:
            deadline = time.monotonic_ns() + limit * MILLISECOND
            return await self._client.ask(request, deadline, limit, course.cookies)

        if self._polling is not None:
            return await self._polling.poll(ask)
        exchange = await ask(self._timeout)
        return Outcome([exchange], exchange.missed(self._expectations))

    async def _hear(self, callback: Callback, outcome: Outcome) -> None:
        """Wait for the post, which may have come before the answer to our request had."""
        assert self.settings.await_callback is not None
        since = outcome.last.last.finished or time.monotonic_ns()
        try:
            async with asyncio.timeout(self.settings.await_callback / SECOND):
                arrived = await callback.arrival()
        except TimeoutError:
            arrived = time.monotonic_ns()
            longest = duration(self.settings.await_callback * MILLISECOND)
            detail = f"nothing was posted to the callback within {longest}"
            outcome.failure = Failure(Reason.CALLBACK_MISSING, detail, phase="callback", timed_out=True)
        outcome.waited += max(0, arrived - since)

    def _not_asked(self, detail: str) -> Outcome:
        failure = Failure(Reason.STEP, detail, phase="request")
        return Outcome([Exchange(last=Hop(self.settings.http.url, ""), failure=failure)], failure)
