"""Connections of probers that speak for themselves: as one that says nothing at all sees them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import aiohttp
import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.judging.failures import explain
from monitor.probers.network import Network
from monitor.probers.settings import Line, TcpTarget
from monitor.probers.wire.connecting import addressed, as_aiohttp, is_address
from monitor.probers.wire.phases import Hop
from tests.monitor.probers.asking import Names, ask, probers, settings
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.dialogues import GREETING
from tests.monitor.probers.selectors import watched_by
from tests.monitor.probers.servers import (
    Server,
    closed_port,
    deaf_port,
    hang,
    http_server,
    raw_server,
    redirect,
    say_and_hang,
)
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


@pytest.mark.parametrize(
    ("host", "detail"),
    [
        ("fe80::1", "[fe80::1]:80 leads nowhere without the network interface that it is on"),
        ("fe80::1%nowhere", "fe80::1%nowhere is on a network interface that our machine does not have"),
    ],
)
async def test_a_local_address_without_its_interface_fails_with_unreachable(host: str, detail: str) -> None:
    result = await ask(probe(TcpTarget(host=host, port=80)))
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, Reason.UNREACHABLE, detail)


@pytest.mark.parametrize("host", ["fe80::1", "fe80::1%nowhere", "fe80::1%25nowhere"])
async def test_a_redirect_to_a_local_address_without_its_interface_fails_with_unreachable(host: str) -> None:
    with http_server(redirect(f"http://[{host}]:80/")) as server:
        result = await ask(settings(server.url))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.UNREACHABLE)


def test_a_host_of_which_even_the_system_knows_no_address_fails_with_unreachable() -> None:
    hop = Hop("ws://[fe80::1%nowhere]/", "fe80::1%nowhere")
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with pytest.raises(aiohttp.ClientConnectorError) as raised, as_aiohttp(hop.host, 80):
        raise error
    failure = explain(raised.value, hop, HASTY)
    assert (failure.reason, failure.detail) == (
        Reason.UNREACHABLE,
        "fe80::1%nowhere cannot be dialled: name or service not known",
    )


@pytest.mark.parametrize("zone", ["lo", str(socket.if_nametoindex("lo"))])
async def test_a_local_address_is_dialled_on_its_interface(zone: str) -> None:
    network = Network()
    (found,) = await addressed(network, f"fe80::1%{zone}", 80)
    await network.close()
    assert found[4] == (f"fe80::1%{zone}", 80, 0, socket.if_nametoindex("lo"))


async def test_a_zone_is_no_part_of_what_the_kernel_is_asked_for() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        result = await ask(probe(TcpTarget(host="::1%lo", port=listener.getsockname()[1])))
    assert result.verdict is Verdict.PASS


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
