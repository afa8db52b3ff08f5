"""The HTTP prober: one run is one request, with its redirects."""

from __future__ import annotations

from monitor.probers.judging.expect import Expectations
from monitor.probers.judging.report import failed
from monitor.probers.requests.client import Client
from monitor.probers.requests.request import first_request
from monitor.probers.run import PASSED, Finding
from monitor.probers.settings import HttpTarget, OAuth2, ProbeSettings
from monitor.probers.surroundings import Surroundings


class HttpInquiry:
    """Asks one URL."""

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, HttpTarget)
        self._timeout = settings.timeout
        self._around = around
        self._client = Client(settings.target, around)
        self._request = first_request(settings.target)
        self._own_deadlines = isinstance(settings.target.auth, OAuth2)
        self._expectations = Expectations(settings.expect)

    async def find(self, deadline: int) -> Finding:
        exchange = await self._client.ask(self._request, deadline, self._timeout)
        failure = exchange.missed(self._expectations)
        told = PASSED if failure is None else failed(failure, exchange, self._around)
        return Finding(
            verdict=told.verdict,
            reason=told.reason,
            detail=told.detail,
            evidence=told.evidence,
            timed_out=told.timed_out,
            phases=exchange.phases,
            ours=exchange.ours,
            own_deadlines=self._own_deadlines,
            http_status=exchange.http_status,
            certificate_expires=exchange.certificate_expires,
        )
