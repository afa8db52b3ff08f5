"""What exceptions mean that no server on loopback can bring about."""

from __future__ import annotations

import errno
import ssl

import aiohttp
import pytest
from aiodns.error import ARES_ECONNREFUSED, ARES_ENOTFOUND, ARES_ETIMEOUT, DNSError
from aiohttp.client_reqrep import ConnectionKey

from monitor.core.model import Reason, Verdict
from monitor.probers.judging.failures import AnswerError, BrokenError, ClosedError, Failure, GarbledError, explain
from monitor.probers.wire.phases import Hop

KEY = ConnectionKey("api.test", 80, False, True, None, None, None)


def alert(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(ssl.SSL_ERROR_SSL, "words")
    error.reason = reason
    return error


def hop(*refusals: int) -> Hop:
    return Hop("http://api.test/", "api.test", peer=("::1", 80), refusals=list(refusals))


@pytest.mark.parametrize(
    ("numbers", "reason", "detail"),
    [
        ([errno.ECONNREFUSED], Reason.CONNECT_REFUSED, "connection refused by [::1]:80"),
        ([errno.EHOSTUNREACH], Reason.UNREACHABLE, "no route to host [::1]:80"),
        ([errno.ENETUNREACH], Reason.UNREACHABLE, "network of [::1]:80 unreachable"),
        ([errno.ETIMEDOUT], Reason.CONNECT_TIMEOUT, "no connection to [::1]:80: the kernel gave up"),
        ([errno.EMFILE], Reason.OWN_FDS, "we have no file descriptor left"),
        ([errno.ENFILE], Reason.OWN_FDS, "our machine has no file descriptor left"),
        ([errno.EADDRNOTAVAIL], Reason.OWN_PORTS, "we have no local port left for [::1]:80"),
        ([errno.EPERM], Reason.OWN_NETWORK, "our own machine forbids the connection to [::1]:80"),
        ([errno.EADDRNOTAVAIL, errno.ECONNREFUSED], Reason.CONNECT_REFUSED, "connection refused by [::1]:80"),
        ([errno.EADDRNOTAVAIL, errno.EHOSTUNREACH], Reason.UNREACHABLE, "no route to host [::1]:80"),
        ([errno.ECONNREFUSED, errno.EMFILE], Reason.OWN_FDS, "we have no file descriptor left"),
        ([errno.ENETUNREACH, errno.EMFILE], Reason.OWN_FDS, "we have no file descriptor left"),
    ],
)
def test_a_connection_that_cannot_be_made_says_why(numbers: list[int], reason: Reason, detail: str) -> None:
    error = aiohttp.ClientConnectorError(KEY, OSError("several addresses failed"))
    failure = explain(error, hop(*numbers), 250)
    assert (failure.reason, failure.detail) == (reason, detail)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (ARES_ENOTFOUND, Reason.DNS),
        (ARES_ETIMEOUT, Reason.DNS_TIMEOUT),
        (ARES_ECONNREFUSED, Reason.OWN_RESOLVER),
    ],
)
def test_a_name_that_cannot_be_resolved_says_whose_fault_it_is(code: int, reason: Reason) -> None:
    cause = OSError(None, "words")
    cause.__cause__ = DNSError(code, "words")
    resolving = Hop("http://api.test/", "api.test", resolving=1)
    assert explain(aiohttp.ClientConnectorDNSError(KEY, cause), resolving, 250).reason is reason


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (aiohttp.ClientOSError(errno.ECONNRESET, "reset"), Reason.RESET),
        (aiohttp.ClientOSError(errno.EPIPE, "broken pipe"), Reason.RESET),
        (aiohttp.ServerDisconnectedError(), Reason.RESET),
        (TimeoutError(errno.ETIMEDOUT, "kernel"), Reason.TIMEOUT_HEADERS),
    ],
)
def test_a_connection_that_breaks_says_how(cause: Exception, reason: Reason) -> None:
    error = BrokenError()
    error.__cause__ = cause
    talking = Hop("http://api.test/", "api.test", peer=("::1", 80), established=1, sent=1)
    assert explain(error, talking, 250).reason is reason


@pytest.mark.parametrize(
    ("cause", "reason", "detail"),
    [
        (ConnectionResetError(), Reason.RESET, "connection reset by [::1]:80 in the middle of the body"),
        (BrokenPipeError(), Reason.RESET, "connection reset by [::1]:80 in the middle of the body"),
        (TimeoutError(errno.ETIMEDOUT, "kernel"), Reason.TIMEOUT_BODY, "body not complete within 250 ms"),
        (alert("BAD_RECORD_MAC"), Reason.TLS, "TLS with [::1]:80 failed: bad record mac"),
    ],
)
def test_a_connection_that_breaks_in_the_body_says_so(cause: Exception, reason: Reason, detail: str) -> None:
    error = BrokenError()
    error.__cause__ = cause
    reading = Hop("http://api.test/", "api.test", peer=("::1", 80), established=1, sent=1, first_byte=2, status=200)
    failure = explain(error, reading, 250)
    assert (failure.reason, failure.detail.partition(";")[0]) == (reason, detail)


@pytest.mark.parametrize(
    ("error", "happened", "reason", "detail"),
    [
        (ClosedError(), {}, Reason.RESET, "connection closed without an answer"),
        (ClosedError(), {"first_byte": 1}, Reason.TRUNCATED, "connection closed in the middle of the headers"),
        (ClosedError(), {"first_byte": 1, "status": 200}, Reason.TRUNCATED, "the body is shorter than promised"),
        (GarbledError(), {"first_byte": 1}, Reason.PROTOCOL, "the answer is not HTTP"),
        (GarbledError(), {"status": 200}, Reason.PROTOCOL, "the body is not framed as HTTP demands"),
    ],
)
def test_an_answer_that_is_none_says_how_far_it_came(
    error: AnswerError, happened: dict[str, int], reason: Reason, detail: str
) -> None:
    failure = explain(error, Hop("http://api.test/", "api.test", **happened), 250)  # type: ignore[arg-type]
    assert (failure.reason, failure.detail) == (reason, detail)


@pytest.mark.parametrize("reason", [Reason.OWN_FDS, Reason.OWN_PORTS, Reason.OWN_RESOLVER, Reason.OWN_NETWORK])
def test_our_own_trouble_is_unknown(reason: Reason) -> None:
    assert Failure(reason, "").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "disk"), aiohttp.ClientError("new"), RuntimeError()])
def test_what_is_not_known_is_raised_again(error: Exception) -> None:
    with pytest.raises(type(error)):
        explain(error, hop(), 250)
