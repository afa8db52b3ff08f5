"""One POST to receivers that behave in one exact way."""

from __future__ import annotations

import errno
import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network

import pytest
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

from exporter.webhooks.formats.message import Message
from exporter.webhooks.guard import Allowance
from exporter.webhooks.post import Answer, Limits, OwnTrouble, Poster
from monitor.core.redaction import Redactor
from tests.monitor.probers.servers import (
    Handler,
    answer,
    closed_port,
    deaf_port,
    drip,
    hang,
    http_server,
    redirect,
    say_and_hang,
    say_and_reset,
)

LOOPBACK = Allowance(http=True, networks=(ip_network("127.0.0.0/8"),))
LIMITS = Limits(total=0.3, connect=0.2)
UNENDING = 3_600.0  # seconds

HEADERS = {"webhook-id": "evt_a"}
BODY = b'{"type":"test"}'


class FixedResolver(AbstractResolver):
    """Every name means this address, or this trouble."""

    def __init__(self, meaning: str | OSError) -> None:
        self.meaning = meaning

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if isinstance(self.meaning, OSError):
            raise self.meaning
        return [ResolveResult(hostname=host, host=self.meaning, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


class Greedy(FixedResolver):
    """Takes all descriptors we have left, and keeps its reason for failing to itself, as aiodns does."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        return await super().resolve(host, port, family)


@contextmanager
def descriptors_given_back() -> Iterator[None]:
    """As many may be open afterwards as before."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def message_to(endpoint: str, method: str = "POST") -> Message:
    return Message(method, endpoint, HEADERS, BODY)


async def post(
    endpoint: str,
    *,
    allowance: Allowance | None = LOOPBACK,
    limits: Limits | None = None,
    resolver: AbstractResolver | None = None,
) -> Answer:
    """One POST, and nothing of it is left when the answer is there."""
    poster = Poster(allowance, "1.2.3", limits=limits, resolver=resolver)
    try:
        return await poster.post(message_to(endpoint))
    finally:
        await poster.close()


async def post_to(*answers: bytes | Handler, limits: Limits | None = None) -> Answer:
    """What comes of one POST to a receiver that answers so."""
    with http_server(*answers) as server:
        return await post(server.url, limits=limits)


async def test_a_post_carries_its_headers_and_its_bytes() -> None:
    with http_server(answer(200)) as server:
        await post(f"{server.url}hook?token=s3cret")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    request, *lines = head.decode().lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert (request, body) == ("post /hook?token=s3cret http/1.1", BODY)
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == "justkalm-monitor/1.2.3"
    assert headers["accept-encoding"] == "identity"
    assert headers["webhook-id"] == "evt_a"
    assert headers["content-length"] == str(len(BODY))
    assert headers["connection"] == "close"
    assert "cookie" not in headers


@pytest.mark.parametrize("status", [200, 204, 404, 410, 429, 500])
async def test_the_status_is_what_the_receiver_said(status: int) -> None:
    assert (await post_to(answer(status))).status == status


async def test_a_wish_for_time_is_handed_on_as_it_came() -> None:
    assert (await post_to(answer(503, headers=("Retry-After: 120",)))).retry_after == "120"
    assert (await post_to(answer(503))).retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    with http_server(answer(200)) as elsewhere, http_server(redirect(elsewhere.url, status)) as server:
        assert (await post(server.url)).status == status
    assert elsewhere.requests == []


async def test_cookies_are_not_kept() -> None:
    poster = Poster(LOOPBACK, "1.2.3")
    with http_server(answer(200, headers=("Set-Cookie: a=b; Path=/",))) as server:
        for _ in range(2):
            await poster.post(message_to(server.url))
        await poster.close()
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("broken", [b"", b"HTTP/1.1 200 OK\r\nContent-"])
async def test_a_connection_that_breaks_is_not_tried_a_second_time(broken: bytes) -> None:
    with http_server(broken) as server:
        answer = await post(server.url)
    assert (answer.status, answer.excerpt) == (None, "the connection broke")
    assert len(server.requests) == 1


async def test_a_receiver_that_hangs_costs_no_more_than_the_limit() -> None:
    answer = await post_to(hang, limits=LIMITS)
    assert (answer.status, answer.excerpt) == (None, "no answer within 0.3 s")
    assert answer.duration_ms >= 300


async def test_headers_that_never_end_cost_no_more_than_the_limit() -> None:
    answer = await post_to(drip(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), limits=LIMITS)
    assert answer.status is None


@pytest.mark.parametrize(
    "body",
    [
        say_and_hang(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"),
        drip(b"HTTP/1.1 200 OK\r\n\r\nhello", b"."),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"1\r\n.\r\n"),
        say_and_reset(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"),
        answer(200, b"hello"),
    ],
    ids=["short", "endless", "endless-chunks", "reset", "whole"],
)
async def test_the_status_counts_however_the_body_ends(body: bytes | Handler) -> None:
    assert (await post_to(body, limits=Limits(total=UNENDING, body=0.1))).status == 200


async def test_no_more_of_a_body_is_read_than_the_limit() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n"

    def pour(connection: socket.socket) -> None:
        connection.sendall(endless)
        while True:  # until the client goes away
            connection.sendall(b"x" * 65_536)

    limits = Limits(total=UNENDING, body=UNENDING)
    assert (await post_to(pour, limits=limits)).excerpt == "x" * 200


async def test_the_excerpt_is_short_and_harmless() -> None:
    body = b"\x1b[31mred\n\xff\x00" + "é".encode() * 300
    excerpt = (await post_to(answer(500, body))).excerpt
    assert excerpt == "�[31mred ��" + "é" * 189
    assert len(excerpt) == 200


async def test_a_compressed_body_is_not_unpacked() -> None:
    packed = answer(200, b"\x1f\x8b\x08\x00hello", headers=("Content-Encoding: gzip",))
    assert "hello" in (await post_to(packed)).excerpt


async def test_a_refused_connection_is_no_answer() -> None:
    with closed_port() as server:
        assert (await post(server.url)).excerpt == "no connection"


async def test_a_connection_that_is_not_accepted_costs_no_more_than_the_limit() -> None:
    with deaf_port() as server:
        assert (await post(server.url, limits=LIMITS)).excerpt == "no connection within 0.2 s"


async def test_what_is_not_http_is_no_answer() -> None:
    answer = await post_to(b"220 smtp.example ESMTP\r\n\r\n")
    assert (answer.status, answer.excerpt) == (None, "the answer is not HTTP")


async def test_a_certificate_nobody_vouches_for_is_not_trusted() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with http_server(answer(200), context=context) as server:
        answered = await post(f"https://{server.address}/")
    assert (answered.status, answered.excerpt) == (None, "the certificate is not trusted")
    assert server.requests == []


@pytest.mark.parametrize("endpoint", ["http://", "http://[::1", "nonsense", "ftp://127.0.0.1/"])
async def test_what_is_no_endpoint_is_not_posted_to(endpoint: str) -> None:
    answered = await post(endpoint)
    assert (answered.status, answered.excerpt) == (None, "the address is not allowed")


async def test_what_the_config_allows_no_more_is_not_posted_to_any_more() -> None:
    poster = Poster(LOOPBACK, "1.2.3", resolver=FixedResolver("127.0.0.1"))
    with http_server(answer(200)) as server:
        endpoint = f"http://inner.example:{server.port}/"
        statuses = []
        for allowance in (LOOPBACK, Allowance(http=True), Allowance(networks=LOOPBACK.networks), LOOPBACK):
            poster.allowance = allowance
            statuses.append((await poster.post(message_to(endpoint))).status)
        await poster.close()
    assert statuses == [200, None, None, 200]


@pytest.mark.parametrize("host", ["127.0.0.1", "inner.example"])
async def test_an_address_that_is_not_allowed_is_not_dialled_and_not_named(host: str) -> None:
    with http_server(answer(200)) as server:
        endpoint, inner = f"http://{host}:{server.port}/", FixedResolver("127.0.0.1")
        answered = await post(endpoint, allowance=Allowance(http=True), resolver=inner)
    assert (answered.status, answered.excerpt) == (None, "the address is not allowed")
    assert server.requests == []


async def test_a_name_that_does_not_resolve_is_no_answer() -> None:
    answered = await post("http://nowhere.example/", resolver=FixedResolver(OSError("no such name")))
    assert (answered.status, answered.excerpt) == (None, "the name does not resolve")


@pytest.mark.parametrize("lack", [errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOMEM])
async def test_what_we_lack_ourselves_is_not_held_against_the_receiver(lack: int) -> None:
    with pytest.raises(OwnTrouble, match=errno.errorcode[lack]):
        await post("http://a.example/", resolver=FixedResolver(OSError(lack, "whatever")))


@pytest.mark.parametrize("error", [OSError(None, "Could not contact DNS servers"), OSError(-3, "try again")])
async def test_a_name_that_does_not_resolve_for_want_of_descriptors_is_our_own_trouble(error: OSError) -> None:
    with descriptors_given_back(), pytest.raises(OwnTrouble, match="EMFILE"):
        await post("http://a.example/", resolver=Greedy(error))


async def test_a_message_goes_by_its_own_method_and_content_type() -> None:
    message = Message("PUT", "", {"content-type": "text/plain"}, b"hello")
    poster = Poster(LOOPBACK, "1.2.3")
    with http_server(answer(200)) as server:
        await poster.post(replace(message, url=server.url))
        await poster.close()
    head, _, body = server.requests[0].decode().lower().partition("\r\n\r\n")
    assert (head.split()[0], body) == ("put", "hello")
    assert head.count("content-type: ") == head.count("content-type: text/plain") == 1


async def test_where_everything_is_allowed_an_inner_address_with_a_login_is_posted_to() -> None:
    with http_server(answer(200)) as server:
        answered = await post(f"http://me:s3cret@{server.address}/", allowance=None)
    assert answered.status == 200
    assert b"authorization: basic bwu6cznjcmv0" in server.requests[0].lower()


async def test_an_answer_shows_no_secret_however_it_falls_on_the_end_of_the_excerpt() -> None:
    secret = "xoxb-0123456789abcdef"
    body = b"." * 190 + secret.encode() + b" is what you sent, " + secret.encode()
    poster = Poster(LOOPBACK, "1.2.3")
    poster.redact = Redactor([secret])
    with http_server(answer(400, body)) as server:
        excerpt = (await poster.post(message_to(server.url))).excerpt
        await poster.close()
    assert excerpt == "." * 190 + "[redacted]"


async def test_an_escaped_slash_in_a_path_stays_escaped() -> None:
    with http_server(answer(200)) as server:
        await post(f"{server.url}v2/alerts/inc_a%2F0/close?identifierType=alias")
    assert server.requests[0].startswith(b"POST /v2/alerts/inc_a%2F0/close?identifierType=alias ")
