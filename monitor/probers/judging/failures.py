"""Why a run failed: from an exception, and how far the run had come, to a reason and a sentence."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace

import aiohttp
from aiodns.error import ARES_ECONNREFUSED, ARES_ETIMEOUT, DNSError

from monitor.core.model import Duration, Reason, Verdict
from monitor.probers.wire.phases import MILLISECOND, Hop, duration

OURS = frozenset({Reason.OWN_FDS, Reason.OWN_PORTS, Reason.OWN_RESOLVER, Reason.OWN_NETWORK})

TIMEOUTS: Mapping[str, tuple[Reason, str]] = {
    "dns": (Reason.DNS_TIMEOUT, "name not resolved"),
    "connect": (Reason.CONNECT_TIMEOUT, "no connection"),
    "tls": (Reason.TLS_TIMEOUT, "TLS handshake not finished"),
    "headers": (Reason.TIMEOUT_HEADERS, "no answer"),
    "body": (Reason.TIMEOUT_BODY, "body not complete"),
}

TIMED_OUT = frozenset(reason for reason, _ in TIMEOUTS.values())

# Several addresses may fail for different reasons: the first in this order explains the run. Ports come last, since
# a machine without IPv6 says the same of every IPv6 address.
CONNECT_ERRORS: Mapping[int, tuple[Reason, str]] = {
    errno.EMFILE: (Reason.OWN_FDS, "we have no file descriptor left"),
    errno.ENFILE: (Reason.OWN_FDS, "our machine has no file descriptor left"),
    errno.ECONNREFUSED: (Reason.CONNECT_REFUSED, "connection refused by {peer}"),
    errno.ECONNRESET: (Reason.RESET, "connection reset by {peer}"),
    errno.ETIMEDOUT: (Reason.CONNECT_TIMEOUT, "no connection to {peer}: the kernel gave up"),
    errno.EPERM: (Reason.OWN_NETWORK, "our own machine forbids the connection to {peer}"),
    errno.EACCES: (Reason.OWN_NETWORK, "our own machine forbids the connection to {peer}"),
    errno.EHOSTUNREACH: (Reason.UNREACHABLE, "no route to host {peer}"),
    errno.ENETUNREACH: (Reason.UNREACHABLE, "network of {peer} unreachable"),
    errno.EHOSTDOWN: (Reason.UNREACHABLE, "host {peer} is down"),
    errno.ENODEV: (Reason.UNREACHABLE, "{host} is on a network interface that our machine does not have"),
    errno.EINVAL: (Reason.UNREACHABLE, "{peer} leads nowhere without the network interface that it is on"),
    errno.EADDRNOTAVAIL: (Reason.OWN_PORTS, "we have no local port left for {peer}"),
}

VERIFICATION: Mapping[int, Reason] = {  # by X509_V_ERR_…
    9: Reason.TLS_NOT_YET_VALID,
    10: Reason.TLS_EXPIRED,
    62: Reason.TLS_HOSTNAME,
    64: Reason.TLS_HOSTNAME,
}
UPGRADED = 101  # after which there is no body
UPSTREAM = frozenset({502, 503, 504})  # what a proxy says of a target to which it cannot connect
UNTRUSTED = frozenset({*VERIFICATION.values(), Reason.TLS_UNTRUSTED})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed, in one sentence, not yet redacted."""

    reason: Reason
    detail: str
    phase: str = ""  # where, if it is not where the hop had come to
    header: str = ""  # the one that was not as expected, as received
    timed_out: bool = False  # it took too long for us to wait, which a stall of ours may have caused

    @property
    def verdict(self) -> Verdict:
        return Verdict.UNKNOWN if self.reason in OURS else Verdict.FAIL


class RedirectError(Exception):
    """A redirect that is not followed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class BrokenError(aiohttp.ClientError):
    """A connection that broke; its cause says how.

    aiohttp sends a request again when it sees its own exception for that, and this one it does not know.
    """


class AnswerError(Exception):
    """An answer that is none."""


class ClosedError(AnswerError):
    """The connection was closed before the answer was complete."""


class GarbledError(AnswerError):
    """What came is not HTTP."""


def explain(error: Exception, hop: Hop, timeout: Duration) -> Failure:
    """What an exception means, given how far the hop had come.

    Raises:
        Exception: the one given, when nothing a target does leads to it: a bug of ours.
    """
    failure = _said(error, hop) or _explained(error, hop, timeout)
    if not _blames_our_proxy(failure, error, hop):
        return failure
    return replace(failure, reason=Reason.OWN_NETWORK, detail=f"our own proxy: {failure.detail}")


def _blames_our_proxy(failure: Failure, error: Exception, hop: Hop) -> bool:
    """Whether the way to the target ended at the proxy; what may come of a target behind it is held to be its own."""
    if not hop.proxied or failure.reason in OURS or isinstance(error, RedirectError | aiohttp.InvalidURL):
        return False
    if hop.established is None:
        return True
    gave_up = isinstance(error, aiohttp.ClientHttpProxyError) and error.status in UPSTREAM
    return hop.tunnelling and not gave_up and not failure.timed_out


def _said(error: Exception, hop: Hop) -> Failure | None:
    """What is wrong with the answer, if anything is."""
    match error:
        case RedirectError():
            return error.failure
        case GarbledError():
            return _garbled(hop)
        case ClosedError():
            return _closed(hop)
    return None


def _explained(error: Exception, hop: Hop, timeout: Duration) -> Failure:
    match error:
        case TimeoutError():
            return _timed_out(hop, timeout)
        case aiohttp.InvalidURL():  # such as http://2130706433/
            return Failure(Reason.DNS, f"{hop.host} is neither a name nor an address", phase="dns")
        case aiohttp.ClientConnectorDNSError():
            return _unresolved(error, hop, timeout)
        case aiohttp.ClientConnectorCertificateError():
            return _untrusted(error.certificate_error)
        case aiohttp.ClientConnectorError():
            return _unconnected(error.os_error, hop, timeout)
        case BrokenError():
            return _broken(error.__cause__, hop, timeout)
        case aiohttp.ClientPayloadError():
            return _cut_short(hop)
        case aiohttp.ClientResponseError():
            return _not_answered(error, hop)
    raise error


def _timed_out(hop: Hop, timeout: Duration) -> Failure:
    if hop.garbled:
        return _garbled(hop)
    reason, what = TIMEOUTS[hop.where]
    target = ""
    if reason is Reason.CONNECT_TIMEOUT and hop.peer:
        target = f" through {hop.counterpart}" if hop.established else f" to {hop.counterpart}"
    detail = f"{what}{target} within {duration(timeout * MILLISECOND)}"
    if hop.established is not None and not hop.tunnelling:
        spent = hop.spent()
        up = (spent["resolve"] or 0) + (spent["connect"] or 0)
        detail += f"; the connection was up after {duration(up)}"
    return Failure(reason, detail, timed_out=True)


def _unresolved(error: aiohttp.ClientConnectorDNSError, hop: Hop, timeout: Duration) -> Failure:
    cause = error.os_error.__cause__
    code = cause.args[0] if isinstance(cause, DNSError) else None
    if code == ARES_ETIMEOUT:
        return _timed_out(hop, timeout)
    if code == ARES_ECONNREFUSED:
        return Failure(Reason.OWN_RESOLVER, "no name server can be reached from here")
    name = f"the proxy's name {error.host}" if hop.proxied else f"name {error.host}"
    return Failure(Reason.DNS, f"{name} cannot be resolved: {error.os_error.strerror}")


def _untrusted(error: Exception) -> Failure:
    assert isinstance(error, ssl.SSLCertVerificationError)
    reason = VERIFICATION.get(error.verify_code, Reason.TLS_UNTRUSTED)
    return Failure(reason, f"certificate not trusted: {error.verify_message}")


def _no_tls(error: ssl.SSLError, hop: Hop) -> Failure:
    words = (error.reason or str(error.args[-1])).replace("_", " ").lower()  # an alert without a name has no reason
    return Failure(Reason.TLS, f"TLS with {hop.counterpart} failed: {words}")


def _not_answered(error: aiohttp.ClientResponseError, hop: Hop) -> Failure:
    """It is not HTTP, or it is a proxy that does not lead through to the target."""
    if not isinstance(error, aiohttp.ClientHttpProxyError):
        return _garbled(hop)
    if error.status == 407:
        return Failure(Reason.AUTH, f"{hop.counterpart} wants other credentials: HTTP 407")
    return Failure(Reason.UNREACHABLE, f"{hop.counterpart} does not connect to {hop.host}: HTTP {error.status}")


def _unconnected(error: OSError, hop: Hop, timeout: Duration) -> Failure:
    if isinstance(error, ssl.SSLError):
        return _no_tls(error, hop)
    if hop.in_handshake:
        return _broken(error, hop, timeout)
    seen = {error.errno, *hop.refusals}
    for number, (reason, detail) in CONNECT_ERRORS.items():
        if number in seen:
            return Failure(reason, detail.format(peer=hop.counterpart, host=hop.host))
    if isinstance(error, socket.gaierror):
        return Failure(Reason.UNREACHABLE, f"{hop.host} cannot be dialled: {(error.strerror or '').lower()}")
    raise error


def _broken(error: BaseException | None, hop: Hop, timeout: Duration) -> Failure:
    """The connection ended before the answer was complete."""
    cause = (error and error.__cause__) or error
    match cause:
        case ssl.SSLCertVerificationError():
            return _untrusted(cause)
        case ssl.SSLError():
            return _no_tls(cause, hop)
        case TimeoutError() | ConnectionAbortedError():  # the kernel, or asyncio in a handshake, gave up
            return _timed_out(hop, timeout)
        case aiohttp.ServerDisconnectedError():
            return _closed(hop)
    return _reset(hop)


def _reset(hop: Hop) -> Failure:
    during = ""
    if hop.in_handshake:
        during = " during the TLS handshake"
    elif hop.status not in (None, UPGRADED):
        during = " in the middle of the body"
    return Failure(Reason.RESET, f"connection reset by {hop.counterpart}{during}")


def _closed(hop: Hop) -> Failure:
    if hop.status is not None:
        return Failure(Reason.TRUNCATED, "the body is shorter than promised")
    if hop.first_byte is not None:
        return Failure(Reason.TRUNCATED, "connection closed in the middle of the headers")
    by = f" by {hop.counterpart}" if hop.tunnelling else ""
    return Failure(Reason.RESET, f"connection closed{by} without an answer")


def _cut_short(hop: Hop) -> Failure:
    """As aiohttp sees it, which does not tell why."""
    if hop.reset:
        return _reset(hop)
    return _closed(hop) if hop.ended is not None else _garbled(hop)


def _garbled(hop: Hop) -> Failure:
    if hop.status is not None:
        return Failure(Reason.PROTOCOL, "the body is not framed as HTTP demands")
    whose = f" of {hop.counterpart}" if hop.tunnelling else ""
    return Failure(Reason.PROTOCOL, f"the answer{whose} is not HTTP")
