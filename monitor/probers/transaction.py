"""The prober of transactions: a run goes step by step, up to the first that fails, and then cleans up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from monitor.core.model import Reason, StepPhases, Verdict
from monitor.probers.judging.evidence import expiring
from monitor.probers.judging.report import failed
from monitor.probers.run import Finding
from monitor.probers.settings import ProbeSettings, Step, Transaction
from monitor.probers.steps.outcome import Outcome
from monitor.probers.steps.saving import secrets
from monitor.probers.steps.step import Course, PreparedStep
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.certificate import earliest
from monitor.probers.wire.phases import total

CLEANED_UP_WITHIN = 2.0  # seconds, in all, when the run is given up

Taken: TypeAlias = tuple[Step, Outcome]

log = logging.getLogger(__name__)


class NobodyListens(Exception):
    """A step awaits a callback, and there is nobody here to whom the target could post."""


class TransactionInquiry:
    """Cookies, and what steps save, last as long as the run."""

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, Transaction)
        self._around = around
        self._steps = [PreparedStep(step, around, settings.timeout) for step in settings.target.steps]

    async def find(self, deadline: int) -> Finding:
        """As of any inquiry, but each step has a deadline of its own.

        Raises:
            NobodyListens: nothing was asked.
        """
        awaiting = [step.settings.name for step in self._steps if step.settings.await_callback is not None]
        if awaiting and self._around.callbacks is None:
            raise NobodyListens(f"step {awaiting[0]} awaits a callback, and nobody listens for it here")
        course = Course()
        taken = await self._take_all(course)
        steps = tuple(StepPhases(step.name, outcome.phases) for step, outcome in taken)
        return replace(
            self._judged(taken, course),
            phases=total(step.phases for step in steps),
            ours=sum(outcome.ours for _, outcome in taken),
            certificate_expires=earliest(outcome.certificate_expires for _, outcome in taken),
            own_deadlines=True,
            steps=steps,
        )

    async def _take_all(self, course: Course) -> list[Taken]:
        taken: list[Taken] = []
        going_well = True
        for at, step in enumerate(self._steps):
            if going_well or step.can_clean_up(course):
                outcome = await self._take(at, course)
                taken.append((step.settings, outcome))
                going_well = going_well and outcome.failure is None
        return taken

    async def _take(self, at: int, course: Course) -> Outcome:
        """Whatever keeps us from going on, what was made is cleaned up first."""
        try:
            return await self._steps[at].take(course)
        except asyncio.CancelledError:
            await asyncio.shield(self._clean_up(self._steps[at:], course))
            raise
        except Exception:
            await asyncio.shield(self._clean_up(self._steps[at + 1 :], course))
            raise

    async def _clean_up(self, steps: Sequence[PreparedStep], course: Course) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLEANED_UP_WITHIN):
                for step in steps:
                    if step.can_clean_up(course):
                        await _taken_anyway(step, course)

    def _judged(self, taken: Sequence[Taken], course: Course) -> Finding:
        """By the first step that failed; else it passed, unless a certificate has too few days left."""
        for step, outcome in taken:
            if outcome.failure is not None:
                hidden = [*course.hidden, *_tokens(taken), *secrets(course.saved.values())]
                finding = failed(outcome.failure, outcome.last, self._around, step=step.name, secrets=hidden)
                return replace(finding, http_status=outcome.last.http_status)
        return self._passed(taken)

    def _passed(self, taken: Sequence[Taken]) -> Finding:
        finding, now = Finding(http_status=taken[-1][1].last.http_status), self._around.clock.now()
        for step, outcome in taken:
            detail = expiring(outcome.certificate_expires, step.expect.certificate_days, now)
            if detail is not None:
                detail = f"step {step.name}: {detail}"
                return replace(finding, verdict=Verdict.SLOW, reason=Reason.CERTIFICATE_EXPIRING, detail=detail)
        return finding


async def _taken_anyway(step: PreparedStep, course: Course) -> None:
    """As the run is given up already, a bug is only written down."""
    try:
        await step.take(course)
    except Exception:
        log.exception("step %s could not clean up", step.settings.name)


def _tokens(taken: Sequence[Taken]) -> Iterator[str]:
    for _, outcome in taken:
        yield from outcome.secrets
