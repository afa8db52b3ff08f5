"""Connections of probers that speak for themselves: as one that says nothing at all sees them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.settings import Line, TcpTarget
from monitor.probers.wire.connecting import is_address
from tests.monitor.probers.asking import Names, ask, probers
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.dialogues import GREETING
from tests.monitor.probers.selectors import watched_by
from tests.monitor.probers.servers import Server, closed_port, deaf_port, hang, raw_server, say_and_hang
from tests.monitor.probers.targets import HASTY, probe


def target(server: Server, *dialogue: Line, host: str = "127.0.0.1") -> TcpTarget:
    return TcpTarget(host=host, port=server.port, dialogue=dialogue)


async def test_a_refused_connection_fails_with_connect_refused() -> None:
    with closed_port() as port:
        result = await ask(probe(target(port)))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.CONNECT_REFUSED)
    assert result.detail == f"connection refused by {port.address}"
    assert result.evidence == {"url": f"tcp://{port.address}", "address": port.address, "phase": "connect"}


async def test_a_port_that_never_answers_fails_with_connect_timeout() -> None:
    with deaf_port() as port:
        result = await ask(probe(target(port), timeout=HASTY))
    assert (result.reason, result.detail) == (
        Reason.CONNECT_TIMEOUT,
        f"no connection to {port.address} within 250 ms",
    )


async def test_an_address_without_a_route_fails_with_unreachable() -> None:
    result = await ask(probe(TcpTarget(host="224.0.0.1", port=80)))
    assert (result.reason, result.evidence["phase"]) == (Reason.UNREACHABLE, "connect")


async def test_a_name_that_does_not_exist_fails_with_dns() -> None:
    result = await ask(probe(TcpTarget(host="nowhere.test", port=80)), resolver=Names())
    assert (result.reason, result.evidence["phase"]) == (Reason.DNS, "dns")
    assert result.detail == "name nowhere.test cannot be resolved: Domain name not found"


async def test_a_name_that_is_never_answered_fails_with_dns_timeout() -> None:
    probed = probe(TcpTarget(host="slow.test", port=80), timeout=HASTY)
    result = await ask(probed, resolver=Names({"slow.test": None}))
    assert (result.reason, result.detail) == (Reason.DNS_TIMEOUT, "name not resolved within 250 ms")


async def test_an_address_that_works_is_used_in_place_of_one_that_does_not() -> None:
    names = Names({"mail.test": ("127.0.0.2", "127.0.0.1")})
    with raw_server(say_and_hang(b"220 ready\r\n")) as server:
        result = await ask(probe(target(server, GREETING, host="mail.test")), resolver=names)
    assert result.verdict is Verdict.PASS
    assert result.phases.resolve is not None


@contextlib.contextmanager
def deaf(*address: object) -> Iterator[None]:
    """As `deaf_port`, at an address of choice."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(address)
        listener.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(address)
        yield


async def test_an_address_that_hangs_is_overtaken_by_the_next_one() -> None:
    names = Names({"mail.test": ("127.0.0.2", "127.0.0.1")})
    with raw_server(say_and_hang(b"220 ready\r\n")) as server, deaf("127.0.0.2", server.port):
        result = await ask(probe(target(server, GREETING, host="mail.test")), resolver=names)
    assert result.verdict is Verdict.PASS
    assert (result.phases.connect or 0) < 100_000  # only the address in use counts


async def test_a_lack_of_descriptors_is_our_own_fault() -> None:
    with raw_server(hang) as server:
        async with probers() as shared:
            prober = shared.prober(probe(target(server)))
            with no_descriptors_left():
                result = await prober.run()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_FDS)


async def test_dialling_that_is_given_up_leaves_nothing_on_the_loop() -> None:
    loop = asyncio.get_running_loop()
    async with probers() as shared:
        with deaf_port() as port:
            before = watched_by(loop)
            run = asyncio.create_task(shared.prober(probe(target(port))).run())
            while watched_by(loop) == before:
                await asyncio.sleep(0)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            assert watched_by(loop) == before


async def test_a_connection_that_stands_as_it_is_given_up_does_no_harm() -> None:
    loop, mishaps = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _, context: mishaps.append(context))
    async with probers() as shared:
        with raw_server(hang) as server:
            before = watched_by(loop)
            run = asyncio.create_task(shared.prober(probe(target(server))).run())
            while watched_by(loop) == before:
                await asyncio.sleep(0)
            await asyncio.sleep(0)  # the loop has seen that it stands
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            assert watched_by(loop) == before
    assert mishaps == []


@pytest.mark.parametrize(
    ("host", "certain"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("api.test", False),
        ("2130706433", False),
        ("0x7f000001", False),
        ("127.1", False),
        ("127.0.0.01", False),
    ],
)
def test_only_what_is_written_as_an_address_is_one(host: str, certain: bool) -> None:
    assert is_address(host) is certain
