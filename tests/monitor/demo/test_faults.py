"""What the verbs do to a part of the pretend JustKalm."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import aiohttp
import pytest

from monitor.demo.listener import Listener
from monitor.demo.parts.api import TRUST
from monitor.demo.pretend import PARTS, JustKalm
from tests.monitor.demo.conftest import Clock


async def test_every_part_has_a_port_of_its_own(justkalm: JustKalm) -> None:
    assert tuple(justkalm.urls) == PARTS
    assert len(set(justkalm.urls.values())) == len(PARTS)


async def test_a_port_that_is_named_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    justkalm = JustKalm({"cdn": port})
    assert justkalm.urls["cdn"] == f"http://127.0.0.1:{port}"
    await justkalm.stop()


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Listener(taken.getsockname()[1])


async def test_a_part_refuses_connections_before_it_is_started() -> None:
    justkalm = JustKalm()
    with pytest.raises(ConnectionRefusedError):
        await _connect(justkalm.urls["api"])
    await justkalm.stop()


async def test_a_slow_part_waits_before_every_answer(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock
) -> None:
    await justkalm.slow("api", 0.5)
    for _ in range(2):
        assert await _status(client, f"{justkalm.urls['api']}/health") == 200
    assert clock.slept == [0.5, 0.5]


async def test_only_the_part_that_is_slow_waits(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock
) -> None:
    await justkalm.slow("api", 0.5)
    assert await _status(client, f"{justkalm.urls['dashboard']}/") == 200
    assert clock.slept == []


async def test_a_failing_part_answers_with_the_status_it_was_told(
    justkalm: JustKalm, client: aiohttp.ClientSession
) -> None:
    await justkalm.fail("dashboard", 502)
    assert await _status(client, f"{justkalm.urls['dashboard']}/") == 502


async def test_a_refusing_part_refuses_connections(justkalm: JustKalm) -> None:
    await justkalm.refuse("auth")
    with pytest.raises(ConnectionRefusedError):
        await _connect(justkalm.urls["auth"])


async def test_a_refusing_part_closes_the_connections_it_has(justkalm: JustKalm) -> None:
    reader, writer = await _connect(justkalm.urls["auth"])
    await justkalm.refuse("auth")
    assert await reader.read() == b""
    writer.close()


async def test_refusing_twice_is_refusing_once(justkalm: JustKalm) -> None:
    await justkalm.refuse("auth")
    await justkalm.refuse("auth")
    with pytest.raises(ConnectionRefusedError):
        await _connect(justkalm.urls["auth"])


async def test_the_port_of_a_refusing_part_is_taken_by_nobody_else(justkalm: JustKalm) -> None:
    await justkalm.refuse("auth")
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(_address(justkalm.urls["auth"]))


@pytest.mark.parametrize("part", PARTS)
async def test_a_refused_part_is_restored_on_the_same_port(
    justkalm: JustKalm, client: aiohttp.ClientSession, part: str
) -> None:
    url = justkalm.urls[part]
    before = await _status(client, f"{url}/")
    await justkalm.refuse(part)
    await justkalm.restore(part)
    assert (justkalm.urls[part], await _status(client, f"{url}/")) == (url, before)


async def test_restore_ends_all_faults_of_a_part(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock
) -> None:
    await justkalm.slow("api", 0.5)
    await justkalm.fail("api", 500)
    await justkalm.refuse("api")
    await justkalm.restore("api")
    assert await _status(client, f"{justkalm.urls['api']}/health") == 200
    assert clock.slept == []


async def test_the_api_fails_while_authentication_refuses(
    justkalm: JustKalm, client: aiohttp.ClientSession, token: str
) -> None:
    await justkalm.refuse("auth")
    assert await _valuations(justkalm, client, token) == (503, {"error": "authentication unavailable"})
    assert await _status(client, f"{justkalm.urls['api']}/health") == 200
    await justkalm.restore("auth")
    assert (await _valuations(justkalm, client, token))[0] == 200


async def test_the_api_fails_while_authentication_fails(
    justkalm: JustKalm, client: aiohttp.ClientSession, token: str
) -> None:
    await justkalm.fail("auth", 500)
    assert (await _valuations(justkalm, client, token))[0] == 503


async def test_the_api_believes_the_last_good_token_for_a_while(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock, token: str
) -> None:
    assert (await _valuations(justkalm, client, token))[0] == 200
    await justkalm.refuse("auth")
    assert (await _valuations(justkalm, client, token))[0] == 200
    await clock.sleep(TRUST)
    assert (await _valuations(justkalm, client, token))[0] == 503


async def test_an_unknown_part_is_an_error(justkalm: JustKalm) -> None:
    with pytest.raises(KeyError):
        await justkalm.refuse("billing")


def _address(url: str) -> tuple[str, int]:
    split = urlsplit(url)
    assert split.hostname
    assert split.port
    return split.hostname, split.port


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(*_address(url))


async def _status(client: aiohttp.ClientSession, url: str) -> int:
    async with client.get(url) as response:
        return response.status


async def _valuations(justkalm: JustKalm, client: aiohttp.ClientSession, token: str) -> tuple[int, object]:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"{justkalm.urls['api']}/v1/valuations", headers=headers) as response:
        return response.status, await response.json()
