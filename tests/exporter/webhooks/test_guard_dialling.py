"""Which endpoints may be told, judged by the address that is really dialled."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest
from aiohttp import ClientConnectorError, ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult

from exporter.webhooks.guard import Allowance, RefusedAddress, guarded_socket

NOTHING = Allowance()
LOOPBACK = Allowance(networks=(ip_network("127.0.0.0/8"),))
PUBLIC = "93.184.215.14"


@dataclass
class Receiver:
    """What came to a server: connections, and the paths that were asked for."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    connections: int = 0


class FakeResolver(AbstractResolver):
    """Answers each question with the next of its answers, and then with the last again and again."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class CountingServer(web.Server):
    """Counts what connects to it, whether or not it asks for something."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(self.answer)
        self.receiver = receiver

    def __call__(self) -> web.RequestHandler:
        self.receiver.connections += 1
        return super().__call__()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.receiver.requests.append(request.path)
        if request.path == "/away":
            raise web.HTTPTemporaryRedirect("http://inside.example/")
        return web.Response(text="heard")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    heard = Receiver()
    runner = web.ServerRunner(CountingServer(heard))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    heard.port = runner.addresses[0][1]
    yield heard
    await runner.cleanup()


@asynccontextmanager
async def client(allowance: Allowance, resolver: FakeResolver) -> AsyncIterator[ClientSession]:
    connector = TCPConnector(
        socket_factory=guarded_socket(allowance), resolver=resolver, use_dns_cache=False, force_close=True
    )
    async with ClientSession(connector=connector) as session:
        yield session


async def test_a_name_that_leads_inside_is_refused_before_anything_connects(receiver: Receiver) -> None:
    async with client(NOTHING, FakeResolver(("127.0.0.1",))) as session:
        with pytest.raises(ClientConnectorError) as refused:
            await session.post(f"http://hooks.example:{receiver.port}/")
    assert isinstance(refused.value.os_error, RefusedAddress)
    assert receiver.connections == 0


async def test_a_refusal_does_not_say_what_the_name_resolved_to(receiver: Receiver) -> None:
    async with client(NOTHING, FakeResolver(("127.0.0.1", "10.1.2.3", "::1"))) as session:
        with pytest.raises(ClientConnectorError) as refused:
            await session.post(f"http://hooks.example:{receiver.port}/")
    assert str(refused.value) == (
        f"Cannot connect to host hooks.example:{receiver.port} ssl:default [the endpoint's address is not allowed]"
    )


async def test_a_name_that_leads_into_an_allowed_network_is_told(receiver: Receiver) -> None:
    async with client(LOOPBACK, FakeResolver(("127.0.0.1",))) as session:
        async with session.post(f"http://hooks.example:{receiver.port}/hooks") as response:
            assert await response.text() == "heard"
    assert receiver.requests == ["/hooks"]


async def test_only_the_allowed_ones_of_many_addresses_are_dialled(receiver: Receiver) -> None:
    async with client(LOOPBACK, FakeResolver(("10.1.2.3", "127.0.0.1"))) as session:
        async with session.post(f"http://hooks.example:{receiver.port}/") as response:
            assert response.status == 200


async def test_a_name_that_changes_its_mind_is_judged_on_each_connection(receiver: Receiver) -> None:
    allowance = Allowance(networks=(ip_network("127.0.0.1/32"),))
    async with client(allowance, FakeResolver(("127.0.0.1",), ("127.0.0.2",))) as session:
        async with session.post(f"http://hooks.example:{receiver.port}/first") as response:
            assert response.status == 200
        with pytest.raises(ClientConnectorError) as refused:
            await session.post(f"http://hooks.example:{receiver.port}/second")
    assert isinstance(refused.value.os_error, RefusedAddress)
    assert receiver.requests == ["/first"]


async def test_a_redirect_does_not_lead_inside(receiver: Receiver) -> None:
    async with client(LOOPBACK, FakeResolver(("127.0.0.1",), ("10.1.2.3",))) as session:
        with pytest.raises(ClientConnectorError) as refused:
            await session.post(f"http://hooks.example:{receiver.port}/away")
    assert isinstance(refused.value.os_error, RefusedAddress)
    assert receiver.requests == ["/away"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"])
async def test_a_literal_address_does_not_slip_past_the_resolver(receiver: Receiver, host: str) -> None:
    async with client(NOTHING, FakeResolver((PUBLIC,))) as session:
        with pytest.raises(ClientConnectorError) as refused:
            await session.post(f"http://{host}:{receiver.port}/")
    assert isinstance(refused.value.os_error, RefusedAddress)
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("family", "peer"),
    [
        (socket.AF_INET, ("127.0.0.1", 443)),
        (socket.AF_INET, ("127.1", 443)),
        (socket.AF_INET, ("0x7f000001", 443)),
        (socket.AF_INET, ("localhost", 443)),
        (socket.AF_INET, ("", 443)),
        (socket.AF_INET6, ("::ffff:127.0.0.1", 443, 0, 0)),
        (socket.AF_INET6, ("fe80::1%2", 443, 0, 2)),
    ],
)
def test_no_socket_is_made_for_what_is_refused_or_no_plain_address(
    family: socket.AddressFamily, peer: tuple[str, int]
) -> None:
    with pytest.raises(RefusedAddress):
        guarded_socket(NOTHING)((family, socket.SOCK_STREAM, 0, "", peer))


@pytest.mark.parametrize(
    ("family", "peer"),
    [(socket.AF_INET, (PUBLIC, 443)), (socket.AF_INET6, ("2606:4700:4700::1111", 443, 0, 0))],
)
def test_a_socket_of_the_right_family_is_made_for_a_public_address(
    family: socket.AddressFamily, peer: tuple[str, int]
) -> None:
    with guarded_socket(NOTHING)((family, socket.SOCK_STREAM, 0, "", peer)) as made:
        assert (made.family, made.type) == (family, socket.SOCK_STREAM)
