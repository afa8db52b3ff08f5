"""One run of any prober: what it found becomes a result, unless our own loop stood still meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from monitor.core.model import Instant, Phases, Reason, Result, StepPhases, Verdict
from monitor.core.ports import Clock
from monitor.probers.judging.evidence import expiring
from monitor.probers.judging.failures import TIMED_OUT
from monitor.probers.settings import ProbeSettings
from monitor.probers.stalls import Stalls, tolerated
from monitor.probers.wire.phases import MICROSECOND, MILLISECOND, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an inquiry came to; texts are redacted.

    `ours` is how many ns of the phases would have been longer, had our loop stood still meanwhile; `timed_out` says
    the same of a verdict whose reason does not. `own_deadlines`: it may end later than the run's deadline.
    """

    verdict: Verdict = Verdict.PASS
    reason: Reason | None = None
    detail: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    phases: Phases = field(default_factory=Phases)
    ours: int = 0
    timed_out: bool = False
    own_deadlines: bool = False
    http_status: int | None = None
    certificate_expires: Instant | None = None
    steps: tuple[StepPhases, ...] = ()


PASSED = Finding()


class Inquiry(Protocol):
    """One way of asking, made for one probe."""

    async def find(self, deadline: int) -> Finding:
        """Ask once.

        Whatever the target does is in the finding; an exception is a bug of ours. It ends by the deadline (monotonic
        ns) of one timeout, or little later, unless it says that it had deadlines of its own.
        """
        ...


class Run:
    """Implements the port Prober: judges what an inquiry finds by time and by our own stalls."""

    def __init__(self, settings: ProbeSettings, inquiry: Inquiry, clock: Clock, stalls: Stalls) -> None:
        self._settings = settings
        self._inquiry = inquiry
        self._clock = clock
        self._stalls = stalls

    async def run(self) -> Result:
        """One run."""
        started, deadline = self._clock.now(), time.monotonic_ns() + self._settings.timeout * MILLISECOND
        with self._stalls.noted() as standstill:
            finding = self._timely(await self._inquiry.find(deadline))
        late = 0 if finding.own_deadlines else time.monotonic_ns() - deadline
        stall = max(standstill.longest, late)
        stalled = stall > tolerated(self._settings.timeout)
        if stalled and self._may_come_of(max(stall, standstill.total), finding):
            finding, stalled = _excused(finding, stall), False
        return Result(
            probe=self._settings.id,
            started=started,
            at=self._clock.now(),
            verdict=finding.verdict,
            reason=finding.reason,
            phases=finding.phases,
            http_status=finding.http_status,
            certificate_expires=finding.certificate_expires,
            detail=finding.detail,
            evidence=finding.evidence,
            stalled=stalled,
            steps=finding.steps,
        )

    def _timely(self, finding: Finding) -> Finding:
        """What passed, but with a certificate that expires soon, or too late, is slow."""
        if finding.verdict is not Verdict.PASS:
            return finding
        return self._expiring(finding) or self._late(finding) or finding

    def _expiring(self, finding: Finding) -> Finding | None:
        wanted = self._settings.expect.certificate_days
        detail = expiring(finding.certificate_expires, wanted, self._clock.now())
        if detail is None:
            return None
        return replace(finding, verdict=Verdict.SLOW, reason=Reason.CERTIFICATE_EXPIRING, detail=detail)

    def _late(self, finding: Finding) -> Finding | None:
        most = self._settings.slow_after * MILLISECOND
        took = finding.phases.latency * MICROSECOND
        if took <= most:
            return None
        detail = f"took {duration(took)}, more than {duration(most)}"
        return replace(finding, verdict=Verdict.SLOW, reason=Reason.LATENCY, detail=detail)

    def _may_come_of(self, standstill: int, finding: Finding) -> bool:
        """Whether the run could have come to something better, had our loop not stood still for so many ns."""
        if finding.reason is Reason.LATENCY:
            ours = min(standstill, finding.ours)
            return finding.phases.latency * MICROSECOND - ours <= self._settings.slow_after * MILLISECOND
        return finding.timed_out or finding.reason in TIMED_OUT


def _excused(finding: Finding, stall: int) -> Finding:
    detail = f"our own loop stood still for {duration(stall)}; this says nothing about the target"
    return replace(finding, verdict=Verdict.UNKNOWN, reason=Reason.STALL, detail=detail)
