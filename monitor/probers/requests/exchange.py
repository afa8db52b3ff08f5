"""One request with its redirects, up to an answer or a failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

import aiohttp
from aiohttp.abc import AbstractCookieJar
from yarl import URL

from monitor.core.model import SECOND, Duration, Instant, Phases, Reason
from monitor.probers.judging.expect import Answer, Expectations
from monitor.probers.judging.failures import UNTRUSTED, AnswerError, Failure, RedirectError, explain
from monitor.probers.requests.direct import Direct
from monitor.probers.requests.http_talk import Headers, Heard
from monitor.probers.requests.proxied import Proxied
from monitor.probers.requests.request import REDIRECTS, Request, redirected
from monitor.probers.settings import HttpTarget
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.certificate import Certificate, earliest
from monitor.probers.wire.phases import MILLISECOND, Hop, phases
from monitor.probers.wire.second_look import SECOND_LOOK, second_look

MOST_REDIRECTS = 5
TELLING_OF_TIME = frozenset({Reason.TLS_EXPIRED, Reason.TLS_NOT_YET_VALID})

Asked: TypeAlias = tuple[str, str, str]  # method, URL, and the cookies sent with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What came of a request: an answer, or a failure, or an answer that is one.

    `hops` are the requests that count as latency, `last` the one that tells what was seen in the end.
    """

    last: Hop
    hops: Sequence[Hop] = ()
    answer: Answer | None = None
    failure: Failure | None = None
    certificate: Certificate | None = None  # the one that was not trusted
    ended: int | None = None  # when it failed, in monotonic ns
    secrets: tuple[str, ...] = ()  # what must not be shown of it

    @property
    def phases(self) -> Phases:
        return phases(self.hops, until=self.ended)

    @property
    def ours(self) -> int:
        """Ns of the phases that a stall of ours would have lengthened."""
        return sum(hop.on_our_clock() for hop in self.hops)

    @property
    def http_status(self) -> int | None:
        return self.hops[-1].status if self.hops else None

    @property
    def certificate_expires(self) -> Instant | None:
        """The earliest of all that were shown."""
        if self.certificate is not None and self.hops:
            return self.certificate.not_after
        return earliest(hop.certificate_expires for hop in self.hops)

    def missed(self, expectations: Expectations) -> Failure | None:
        """What went wrong, or is not as expected."""
        if self.answer is None or self.failure is not None:
            return self.failure
        return expectations.failure(self.answer)


class Way(Protocol):
    """How a request gets to its target."""

    async def ask(self, request: Request, hop: Hop, heard: Heard) -> Answer:
        """Ask once, on a connection of its own.

        Args:
            heard: is told the answer's status and headers, and tells whether they are enough.
        """
        ...


class Exchanger:
    """Exchanges requests with one target, each on a fresh connection.

    Raises:
        UnusableTrust: a file that the target's `trust` names cannot be used.
    """

    def __init__(self, target: HttpTarget, around: Surroundings) -> None:
        self._follow = target.follow_redirects
        self._network = around.network
        self._route = around.network.route(target.trust, target.proxy)
        kind = Direct if target.proxy is None else Proxied
        self._way: Way = kind(self._network, self._route, target.max_body)

    async def exchange(
        self, request: Request, deadline: int, limit: Duration, cookies: AbstractCookieJar | None = None
    ) -> Exchange:
        """Send a request and follow where it leads.

        Args:
            deadline: monotonic ns.
            limit: the time until the deadline, as it is spoken of.
            cookies: those to send, which the answers change.
        """
        hops: list[Hop] = []
        try:
            async with asyncio.timeout(seconds_left(deadline)):
                answer = await self._ask(request, hops, cookies)
        except (OSError, aiohttp.ClientError, AnswerError, RedirectError) as error:
            ended, last = time.monotonic_ns(), hops[-1]
            failure = explain(error, last, limit)
            certificate = await self._second_look(failure, last, deadline)
            return Exchange(last=last, hops=hops, failure=failure, certificate=certificate, ended=ended)
        return Exchange(last=hops[-1], hops=hops, answer=answer)

    async def _ask(self, request: Request, hops: list[Hop], cookies: AbstractCookieJar | None) -> Answer:
        """The last answer; `hops` grows by each request, also when one fails."""
        asked = set[Asked]()
        while True:
            sent = _with_cookies(request, cookies)
            if asked:
                _forbid_circles(sent, asked)
            hop = Hop(str(request.url), request.url.raw_host or "", proxied=self._route.proxy is not None)
            hops.append(hop)
            answer = await self._way.ask(sent, hop, partial(self._hear, request.url, hop, cookies))
            if not self._leads_on(hop):
                return answer
            asked.add(_asked(sent))
            request = redirected(request, hop.status or 0, hop.location or "")

    def _hear(self, url: URL, hop: Hop, cookies: AbstractCookieJar | None, status: int, headers: Headers) -> bool:
        """The headers are complete; whether they are enough."""
        hop.status, hop.location = status, headers.get("Location")
        self._network.dates.note(hop.host, headers.get("Date"), headers.get("Age"))
        if cookies is not None:
            cookies.update_cookies_from_headers(headers.getall("Set-Cookie", ()), url)
        return self._leads_on(hop)

    def _leads_on(self, hop: Hop) -> bool:
        return self._follow and hop.status in REDIRECTS and hop.location is not None

    async def _second_look(self, failure: Failure, hop: Hop, deadline: int) -> Certificate | None:
        """The certificate that was not trusted; where it is the time that is wrong, their time is noted."""
        if failure.reason not in UNTRUSTED or hop.peer is None:
            return None
        limit = min(SECOND_LOOK, seconds_left(deadline))
        seen = await second_look(hop, self._route, limit, dated=failure.reason in TELLING_OF_TIME)
        self._network.dates.note(hop.host, seen.date, seen.age)
        return seen.certificate


def seconds_left(deadline: int) -> float:
    """Until a deadline in monotonic ns."""
    return (deadline - time.monotonic_ns()) / MILLISECOND / SECOND


def _with_cookies(request: Request, cookies: AbstractCookieJar | None) -> Request:
    found = cookies.filter_cookies(request.url).values() if cookies is not None else ()
    if not found:
        return request
    own = request.headers.getall("Cookie", [])
    return request.with_header("Cookie", "; ".join([*own, *(f"{one.key}={one.coded_value}" for one in found)]))


def _asked(request: Request) -> Asked:
    return request.method, str(request.url), request.headers.get("Cookie", "")


def _forbid_circles(request: Request, asked: set[Asked]) -> None:
    """Raises RedirectError for what was asked before, or when that was too much."""
    if _asked(request) in asked:
        raise RedirectError(Failure(Reason.REDIRECTS, f"redirected in a circle, to {request.url}", phase="headers"))
    if len(asked) > MOST_REDIRECTS:
        raise RedirectError(Failure(Reason.REDIRECTS, f"more than {MOST_REDIRECTS} redirects", phase="headers"))
