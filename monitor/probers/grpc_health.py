"""The gRPC prober: one call of the health checking protocol."""

from __future__ import annotations

import os
import ssl
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from monitor.core.model import SECOND, Reason
from monitor.probers.dialogues import health_messages
from monitor.probers.dialogues.one_hop import MissedError, OneHop
from monitor.probers.judging.failures import Failure
from monitor.probers.judging.grpc_failures import explain_status
from monitor.probers.requests.exchange import seconds_left
from monitor.probers.run import Finding
from monitor.probers.settings import GrpcTarget, ProbeSettings, Trust
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.certificate import Certificate
from monitor.probers.wire.connecting import dialled
from monitor.probers.wire.phases import MILLISECOND, Hop, duration
from monitor.probers.wire.second_look import unverified

CHECK = "/grpc.health.v1.Health/Check"

OPTIONS = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", 65_536),
    ("grpc.use_local_subchannel_pool", 1),  # else the connection of one run would serve the next
)


class ExtraMissing(Exception):
    """A package that only this kind of probe needs is not installed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """As the library has them, for a context."""

    context: ssl.SSLContext
    made: Any


class GrpcInquiry:
    """Each run is one call on a connection of its own.

    Its only phase is processing, on our loop's clock: the library resolves, connects and encrypts by itself and does
    not tell when.

    Raises:
        ExtraMissing: grpcio is not installed.
    """

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, GrpcTarget)
        self._target = settings.target
        self._timeout = settings.timeout
        self._network = around.network
        self._route = around.network.route(settings.target.trust, None)
        # A call that is over leaves its attempt to connect to itself: this ends it, a little later.
        self._options = [*OPTIONS, ("grpc.min_reconnect_backoff_ms", settings.timeout + SECOND)]
        self._grpc = _library()
        self._credentials: Credentials | None = None
        self._one_hop = OneHop(settings, around, self._look)

    async def find(self, deadline: int) -> Finding:
        hop = Hop(f"grpc://{self._address}/{self._target.service}", self._target.host)
        failure = await self._one_hop.failure(hop, self._check(hop, deadline), deadline, self._silent)
        return await self._one_hop.finding(failure, [hop], deadline)

    @property
    def _address(self) -> str:
        host, port = self._target.host, self._target.port
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def _check(self, hop: Hop, deadline: int) -> None:
        async with self._channel() as channel:
            hop.send(time.monotonic_ns())
            try:
                asking = channel.unary_unary(CHECK)
                answer = await asking(health_messages.request(self._target.service), timeout=seconds_left(deadline))
            except self._grpc.RpcError as error:
                raise MissedError(self._refused(error)) from error
            now = time.monotonic_ns()
            hop.receive(now, now)
        self._judge(answer)

    def _channel(self) -> Any:
        if not self._target.tls:
            return self._grpc.aio.insecure_channel(self._address, options=self._options)
        return self._grpc.aio.secure_channel(self._address, self._prove(), options=self._options)

    # ── judging ──────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, answer: bytes) -> None:
        try:
            status = health_messages.status(answer)
        except ValueError as error:
            detail = f"the answer is not one of health checking: {error}"
            raise MissedError(Failure(Reason.PROTOCOL, detail, phase="assertion")) from error
        if status != "SERVING":
            raise MissedError(Failure(Reason.BODY, f"{status} instead of SERVING", phase="assertion"))

    def _refused(self, error: Any) -> Failure:
        status = error.code().name
        if status == "DEADLINE_EXCEEDED":
            return self._silent()
        host, service = self._target.host, self._target.service
        return explain_status(status, error.details() or "", host, self._address, service)

    def _silent(self) -> Failure:
        detail = f"no answer within {duration(self._timeout * MILLISECOND)}"
        return Failure(Reason.TIMEOUT_HEADERS, detail, phase="headers")

    async def _look(self, hop: Hop) -> Certificate | None:
        with await dialled(self._network, self._target.host, self._target.port) as connected:
            hop.peer = connected.getpeername()[:2]  # the library does not tell whom it dialled
        return await unverified(self._route, hop)

    def _prove(self) -> Any:
        """Whom we trust, and who we are; made anew with each context, which is when a file was renewed."""
        trust, context = self._target.trust, self._route.context()
        if self._credentials is None or self._credentials.context is not context:
            made = self._grpc.ssl_channel_credentials(
                _authorities(trust, context),
                _content(trust.key_file or trust.certificate_file),
                _content(trust.certificate_file),
            )
            self._credentials = Credentials(context, made)
        return self._credentials.made


def _library() -> Any:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # else it writes of each failed handshake, past our log
    try:
        return import_module("grpc")
    except ImportError as error:
        raise ExtraMissing("grpc probes need justkalm-monitor[grpc]") from error


def _authorities(trust: Trust, context: ssl.SSLContext) -> bytes | None:
    """As PEM. None where the system keeps them in a folder, which Python does not list: the library has its own."""
    if trust.ca_file is not None:
        return _content(trust.ca_file)
    pem = "".join(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True)))
    return pem.encode() or None


def _content(file: str | None) -> bytes | None:
    return None if file is None else Path(file).read_bytes()
