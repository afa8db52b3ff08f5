"""The HTTP prober: one run, from the first request to the verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import aiohttp

from monitor.core.model import DAY, SECOND, Instant, Phases, Reason, Result, Verdict
from monitor.core.ports import Clock
from monitor.probers.certificate import Certificate, presented
from monitor.probers.evidence import certificate_detail, evidence, shown, spoken
from monitor.probers.expect import Answer, Expectations
from monitor.probers.failures import TIMED_OUT, UNTRUSTED, Failure, RedirectError, explain
from monitor.probers.network import Network
from monitor.probers.phases import MICROSECOND, MILLISECOND, Hop, duration, phases
from monitor.probers.request import REDIRECTS, Request, first_request, redirected
from monitor.probers.settings import ProbeSettings
from monitor.probers.stalls import tolerated
from monitor.probers.wire import watched

MOST_REDIRECTS = 5
SECOND_LOOK = 1_000 * MILLISECOND  # the most that looking at an untrusted certificate may take


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run came to."""

    verdict: Verdict = Verdict.PASS
    reason: Reason | None = None
    detail: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    phases: Phases = field(default_factory=Phases)
    certificate_expires: Instant | None = None


class HttpProber:
    """Asks one URL: each run is one request on a fresh connection, and one more for each redirect."""

    def __init__(self, settings: ProbeSettings, clock: Clock, redact: Callable[[str], str], network: Network) -> None:
        self._settings = settings
        self._clock = clock
        self._redact = redact
        self._network = network
        self._request = first_request(settings.target)
        self._expectations = Expectations(settings.expect)

    async def run(self) -> Result:
        """One run. It ends by the timeout, or little later."""
        started, deadline = self._clock.now(), time.monotonic_ns() + self._settings.timeout * MILLISECOND
        hops: list[Hop] = []
        with self._network.stalls.noted() as standstill:
            finding = await self._find(hops, deadline)
        stall = max(standstill.longest, time.monotonic_ns() - deadline)
        stalled = stall > tolerated(self._settings.timeout)
        if stalled and self._may_come_of(max(stall, standstill.total), finding, hops):
            finding, stalled = _excused(finding, stall), False
        return Result(
            probe=self._settings.id,
            started=started,
            at=self._clock.now(),
            verdict=finding.verdict,
            reason=finding.reason,
            phases=finding.phases,
            http_status=hops[-1].status,
            certificate_expires=finding.certificate_expires,
            detail=finding.detail,
            evidence=finding.evidence,
            stalled=stalled,
        )

    async def _find(self, hops: list[Hop], deadline: int) -> Finding:
        try:
            async with asyncio.timeout(self._settings.timeout / SECOND):
                answer = await self._ask(hops)
        except (OSError, aiohttp.ClientError, RedirectError) as error:
            spent = phases(hops, until=time.monotonic_ns())
            failure = explain(error, hops[-1], self._settings.timeout)
            certificate = await self._second_look(failure, hops[-1], deadline)
            finding = self._failed(failure, hops[-1], certificate=certificate)
            expires = certificate.not_after if certificate else _earliest_expiry(hops)
        else:
            spent, expires = phases(hops), _earliest_expiry(hops)
            finding = self._judge(answer, hops, spent)
        return replace(finding, phases=spent, certificate_expires=expires)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, hops: list[Hop]) -> Answer:
        """The last answer; `hops` grows by each request, also when one fails."""
        request, asked = self._request, set[tuple[str, str]]()
        while True:
            hop = Hop(str(request.url), request.url.raw_host or "")
            hops.append(hop)
            answer = await self._send(request, hop)
            if not self._leads_on(hop):
                return answer
            asked.add((request.method, hop.url))
            request = _next_request(request, hop, asked)

    async def _send(self, request: Request, hop: Hop) -> Answer:
        with watched(hop):
            response = await self._network.send(request)
            try:
                hop.status = response.status
                hop.location = response.headers.get("Location")
                if self._leads_on(hop):
                    hop.finish(by_end=False)
                    return Answer(response.status, response.headers)
                return await _read(response, hop, self._settings.target.max_body)
            finally:
                hop.garbled = _garbled(response)
                response.close()

    def _leads_on(self, hop: Hop) -> bool:
        return self._settings.target.follow_redirects and hop.status in REDIRECTS and hop.location is not None

    async def _second_look(self, failure: Failure, hop: Hop, deadline: int) -> Certificate | None:
        """The certificate that was not trusted; Python does not show it at the first look."""
        if failure.reason not in UNTRUSTED or hop.peer is None:
            return None
        limit = min(SECOND_LOOK, deadline - time.monotonic_ns())
        return await presented(hop.peer, hop.host, limit / SECOND / MILLISECOND)

    # ── judging ──────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, answer: Answer, hops: Sequence[Hop], spent: Phases) -> Finding:
        failure = self._expectations.failure(answer)
        if failure is not None:
            return self._failed(failure, hops[-1], answer)
        return self._expiring(_earliest_expiry(hops)) or self._late(spent) or Finding()

    def _failed(
        self, failure: Failure, hop: Hop, answer: Answer | None = None, certificate: Certificate | None = None
    ) -> Finding:
        detail = certificate_detail(failure, certificate, hop.host, self._clock.now())
        seen = evidence(failure, hop, answer, certificate, self._redact)
        return Finding(failure.verdict, failure.reason, shown(detail, self._redact), seen)

    def _expiring(self, expires: Instant | None) -> Finding | None:
        wanted = self._settings.expect.certificate_days
        if wanted is None or expires is None:
            return None
        left = expires - self._clock.now()
        if left >= wanted * DAY:
            return None
        detail = f"certificate expires in {spoken(left)}, less than {wanted} days"
        return Finding(Verdict.SLOW, Reason.CERTIFICATE_EXPIRING, detail)

    def _late(self, spent: Phases) -> Finding | None:
        most = self._settings.slow_after * MILLISECOND
        took = spent.latency * MICROSECOND
        if took <= most:
            return None
        return Finding(Verdict.SLOW, Reason.LATENCY, f"took {duration(took)}, more than {duration(most)}")

    def _may_come_of(self, standstill: int, finding: Finding, hops: Sequence[Hop]) -> bool:
        """Whether the run could have come to something better, had our loop not stood still for so many ns."""
        if finding.reason is Reason.LATENCY:
            ours = min(standstill, sum(hop.on_our_clock() for hop in hops))
            return finding.phases.latency * MICROSECOND - ours <= self._settings.slow_after * MILLISECOND
        return finding.reason in TIMED_OUT


def _excused(finding: Finding, stall: int) -> Finding:
    detail = f"our own loop stood still for {duration(stall)}; this says nothing about the target"
    return replace(finding, verdict=Verdict.UNKNOWN, reason=Reason.STALL, detail=detail)


def _next_request(request: Request, hop: Hop, asked: set[tuple[str, str]]) -> Request:
    following = redirected(request, hop.status or 0, hop.location or "")
    if (following.method, str(following.url)) in asked:
        raise RedirectError(Failure(Reason.REDIRECTS, f"redirected in a circle, to {following.url}", phase="headers"))
    if len(asked) > MOST_REDIRECTS:
        raise RedirectError(Failure(Reason.REDIRECTS, f"more than {MOST_REDIRECTS} redirects", phase="headers"))
    return following


async def _read(response: aiohttp.ClientResponse, hop: Hop, most: int) -> Answer:
    """The answer with at most so many bytes of its body."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            hop.finish(by_end=False)
            return Answer(response.status, response.headers, bytes(body[:most]), cut=True)
    by_end = _ends_with_connection(response)
    if by_end and hop.reset:
        raise aiohttp.ClientPayloadError("reset")
    hop.finish(by_end=by_end)
    return Answer(response.status, response.headers, bytes(body))


def _garbled(response: aiohttp.ClientResponse) -> bool:
    """Whether the parser gave up on the body: aiohttp does not tell the reader, who waits until the deadline."""
    protocol = response.connection and response.connection.protocol
    return protocol is not None and protocol.exception() is not None


def _ends_with_connection(response: aiohttp.ClientResponse) -> bool:
    """Whether the body has no length of its own, and only the end of the connection ends it."""
    framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    return not framed and response.content is not aiohttp.EMPTY_PAYLOAD


def _earliest_expiry(hops: Sequence[Hop]) -> Instant | None:
    return min((hop.certificate_expires for hop in hops if hop.certificate_expires is not None), default=None)
