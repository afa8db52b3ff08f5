"""What strangers may take from us, tried with raw sockets."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from exporter.connections import Limits, within
from exporter.server import Server
from exporter.sources import Sources
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources

MOMENT = 0.2  # seconds: no answer on loopback takes as long, even when others keep the machine busy
REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Caller:
    """A client that sends what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("Content-Length"))
        return int(head.split()[1]), await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """All until the server closes."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def serving(limits: Limits, told: Sources | None = None) -> AsyncIterator[tuple[str, int]]:
    server = Server(told or sources(), limits)
    try:
        yield await server.start("127.0.0.1", 0)
    finally:
        await server.stop()


@asynccontextmanager
async def calling(address: tuple[str, int]) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


async def ask_forever(deaf: socket.socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(deaf, REQUEST.replace(b"/livez", b"/") * 100)


@pytest.mark.parametrize("sent", [b"", b"GET /livez HTTP/1.1\r\nHost: loc"], ids=["nothing", "half a request"])
async def test_headers_that_do_not_come_in_time_end_the_connection(sent: bytes) -> None:
    async with serving(Limits(headers=MOMENT)) as address, calling(address) as caller:
        caller.send(sent)
        assert await caller.rest() == b""


async def test_a_second_request_has_its_deadline_too() -> None:
    async with serving(Limits(headers=MOMENT)) as address, calling(address) as caller:
        caller.send(REQUEST)
        assert await caller.answer() == (200, b"ok\n")
        caller.send(b"GET ")
        assert await caller.rest() == b""


async def test_trickling_does_not_put_off_the_deadline() -> None:
    async with serving(Limits(headers=MOMENT)) as address, calling(address) as caller:
        closed = asyncio.create_task(caller.rest())
        caller.send(b"GET /livez HTTP/1.1\r\nX: ")
        while not closed.done():
            caller.send(b"x")
            async with calling(address) as other:
                other.send(REQUEST)
                await other.answer()
        assert closed.result() == b""


async def test_between_requests_a_connection_may_idle_longer_than_headers_may_take() -> None:
    async with serving(Limits(headers=MOMENT)) as address, calling(address) as caller:
        caller.send(REQUEST)
        await caller.answer()
        async with calling(address) as silent:  # came later, and its time is over
            assert await silent.rest() == b""
        caller.send(REQUEST)
        assert await caller.answer() == (200, b"ok\n")


async def test_a_connection_that_idles_too_long_is_closed() -> None:
    async with serving(Limits(idle=MOMENT)) as address, calling(address) as caller:
        caller.send(REQUEST)
        await caller.answer()
        assert await caller.rest() == b""


async def test_a_body_that_does_not_come_in_time_is_a_problem() -> None:
    async with serving(Limits(body=MOMENT, drain=MOMENT)) as address, calling(address) as caller:
        caller.send(b"POST /api/v1/subscriptions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        status, body = await caller.answer()
        assert (status, json.loads(body)["detail"]) == (408, f"The body did not come within {MOMENT:g} s.")
        assert await caller.rest() == b""


async def test_a_body_that_is_too_large_is_a_problem(serve: Serve) -> None:
    client = await serve()
    async with client.post("/api/v1/subscriptions", data=b" " * (64 * 1024 + 1)) as response:
        assert (response.status, response.content_type) == (413, "application/problem+json")
        assert (await response.json(content_type=None))["detail"] == "The body is larger than 65536 bytes."
        assert response.headers["Connection"] == "close"


async def test_the_largest_body_goes_through(serve: Serve) -> None:
    client = await serve()
    async with client.post("/api/v1/subscriptions", data=b" " * (64 * 1024)) as response:
        assert response.status == 401


async def test_a_body_that_is_not_what_it_says_is_a_problem(serve: Serve) -> None:
    client = await serve()
    claim = {"Content-Encoding": "gzip"}
    async with client.post("/api/v1/subscriptions", data=b"plain", headers=claim) as response:
        assert (response.status, response.content_type) == (400, "application/problem+json")


async def test_what_is_not_http_is_a_problem_too() -> None:
    async with serving(Limits()) as address, calling(address) as caller:
        caller.send(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        status, body = await caller.answer()
        assert (status, json.loads(body)["title"]) == (400, "Bad Request")
        assert await caller.rest() == b""


async def test_one_connection_too_many_takes_the_place_of_that_which_idled_longest() -> None:
    async with serving(Limits(connections=2)) as address, calling(address) as first, calling(address) as second:
        for caller in (second, first, second):
            caller.send(REQUEST)
            await caller.answer()
        async with calling(address) as third:
            assert await first.rest() == b""
            for caller in (second, third):
                caller.send(REQUEST)
                assert await caller.answer() == (200, b"ok\n")


async def test_a_trickling_connection_idles_from_its_beginning_and_others_from_their_latest_answer() -> None:
    async with serving(Limits(connections=2)) as address, calling(address) as first, calling(address) as trickling:
        trickling.send(b"GET /livez HT")
        first.send(REQUEST)
        await first.answer()
        trickling.send(b"TP/1.1\r\n")
        async with calling(address) as third:
            for caller in (third, first):
                caller.send(REQUEST)
                assert await caller.answer() == (200, b"ok\n")
            assert await trickling.rest() == b""


async def test_many_that_come_at_once_and_say_nothing_keep_nobody_out() -> None:
    async with serving(Limits(connections=3)) as address, AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(calling(address))
        late = await stack.enter_async_context(calling(address))
        late.send(REQUEST)
        assert await late.answer() == (200, b"ok\n")


@pytest.mark.parametrize("length", [9, 64 * 1024 + 9], ids=["small", "too large"])
async def test_many_whose_bodies_do_not_come_keep_nobody_out(length: int) -> None:
    async with serving(Limits(connections=3)) as address, AsyncExitStack() as stack:
        for _ in range(20):
            trickling = await stack.enter_async_context(calling(address))
            trickling.send(f"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{{".encode())
            trickling.send(b" " * (length - 9))
        late = await stack.enter_async_context(calling(address))
        late.send(REQUEST)
        assert await late.answer() == (200, b"ok\n")


async def test_of_those_whose_bodies_do_not_come_each_newcomer_takes_the_place_of_another() -> None:
    async with serving(Limits(connections=3)) as address, AsyncExitStack() as stack:
        trickling = [await stack.enter_async_context(calling(address)) for _ in range(3)]
        for caller in trickling:
            caller.send(
                b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
            )
            assert await caller.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            for newcomer in (first, second, third):  # without a pause in which the server could hear of them
                newcomer.connect(address)
            assert [await caller.rest() for caller in trickling] == [b""] * 3


async def test_who_sent_a_whole_body_is_answered_however_many_come_meanwhile() -> None:
    history = FakeHistory()
    history.gate.clear()
    asked = REQUEST.replace(b"livez", b"api/v1/components")
    async with serving(Limits(connections=1), sources(history=history)) as address, calling(address) as first:
        first.send(asked.replace(b"\r\n\r\n", b"\r\nContent-Length: 1\r\n\r\n{"))
        await history.reached.wait()
        async with calling(address) as second:
            assert await second.rest() == b""
        history.gate.set()
        status, _ = await first.answer()
        assert status == 200


async def test_while_all_are_being_answered_one_too_many_is_closed() -> None:
    history = FakeHistory()
    history.gate.clear()
    async with serving(Limits(connections=1), sources(history=history)) as address, calling(address) as first:
        first.send(REQUEST.replace(b"livez", b"api/v1/components"))
        await history.reached.wait()
        async with calling(address) as second:
            second.send(REQUEST)
            assert await second.rest() == b""
        history.gate.set()
        status, _ = await first.answer()
        assert status == 200


async def test_a_connection_that_ended_makes_room() -> None:
    async with serving(Limits(connections=1)) as address:
        for _ in range(3):
            async with calling(address) as caller:
                caller.send(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                assert (await caller.rest()).endswith(b"ok\n")


async def test_a_client_that_reads_nothing_is_let_go() -> None:
    async with serving(Limits(unread=MOMENT)) as address:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.setblocking(False)
            await asyncio.get_running_loop().sock_connect(deaf, address)
            with pytest.raises(ConnectionError):
                await ask_forever(deaf)


async def test_a_taken_port_is_told_with_its_errno() -> None:
    async with serving(Limits()) as (host, port):
        with pytest.raises(OSError, match=str(port)) as caught:
            await Server(sources()).start(host, port)
    assert caught.value.errno == errno.EADDRINUSE


async def test_stopping_does_not_wait_for_a_history_that_hangs() -> None:
    history = FakeHistory()
    history.gate.clear()
    server = Server(sources(history=history), Limits(drain=MOMENT))
    async with calling(await server.start("127.0.0.1", 0)) as caller:
        caller.send(REQUEST.replace(b"livez", b"api/v1/components"))
        closed = asyncio.create_task(caller.rest())
        await history.reached.wait()
        await server.stop()
        assert await closed == b""
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_after_the_stop_nobody_answers() -> None:
    async with serving(Limits()) as address:
        pass
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


@pytest.mark.parametrize(
    ("descriptors", "connections", "listeners"),
    [
        (64, 16, 0),
        (128 + 256, 256, 0),
        (1_024, 896, 640),
        (1_048_576, 4_096, 3_840),
    ],
)
def test_listeners_leave_connections_for_those_who_ask_and_all_leave_descriptors_for_probes(
    descriptors: int, connections: int, listeners: int
) -> None:
    limits = within(descriptors)
    assert (limits.connections, limits.listeners) == (connections, listeners)
