"""Talks over real sockets: all is said, all is heard, and nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from monitor.probers.wire.phases import Hop
from monitor.probers.wire.sockets import WatchedSocket, dial, watched
from monitor.probers.wire.talking import hold
from tests.monitor.probers.selectors import watched_by
from tests.monitor.probers.servers import Handler, Server, hang, raw_server, say_and_hang, say_and_reset

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass
class Listener:
    """Implements Talk: says its words, and is over when it heard so many bytes; it ends with an error at theirs."""

    words: bytes = b""
    until: int = 1
    heard: bytearray = field(default_factory=bytearray)
    goodbye: bytes = b""

    @property
    def over(self) -> bool:
        return len(self.heard) >= self.until

    def begin(self) -> bytes:
        return self.words

    def hear(self, words: bytes) -> bytes:
        if not words:
            raise EOFError
        self.heard += words
        return self.goodbye


@contextmanager
def connected(server: Server, hop: Hop | None = None) -> Iterator[WatchedSocket]:
    with watched(hop or Hop(server.url, "127.0.0.1")):
        connection = dial((socket.AF_INET, socket.SOCK_STREAM, 0, "", ()))
    with connection:
        connection.connect(("127.0.0.1", server.port))
        connection.setblocking(False)
        yield connection


async def test_what_is_said_is_sent_and_what_comes_is_heard() -> None:
    hop = Hop("http://api.test/", "api.test")
    with raw_server(lambda connection: connection.sendall(connection.recv(9) * 2)) as server:
        with connected(server, hop) as connection:
            talk = Listener(b"hello", until=10)
            await hold(talk, connection)
    assert talk.heard == b"hellohello"
    assert hop.opening == b"hellohello"
    assert hop.dialled is not None
    assert hop.sent is not None
    assert hop.first_byte is not None
    assert hop.dialled <= hop.sent <= hop.first_byte


async def test_more_than_the_kernel_takes_at_once_is_all_sent_in_order() -> None:
    words, got = os.urandom(8_000_000), bytearray()

    def handler(connection: socket.socket) -> None:
        while len(got) < len(words):
            got.extend(connection.recv(1_000_000))
        connection.sendall(b".")

    with raw_server(handler) as server, connected(server) as connection:
        await hold(Listener(words), connection)
    assert got == words


async def test_an_answer_is_heard_before_all_is_said() -> None:
    loop = asyncio.get_running_loop()
    before = watched_by(loop)
    with raw_server(say_and_hang(b"no")) as server, connected(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        talk = Listener(bytes(50_000_000), until=2)
        await hold(talk, connection)
        assert watched_by(loop) == before
    assert talk.heard == b"no"


class Choosy(WatchedSocket):
    """Takes so many bytes at a time, and then all; remembers what it was given."""

    def __init__(self, takes: Sequence[int]) -> None:
        super().__init__((socket.AF_INET, socket.SOCK_STREAM, 0, "", ()))
        self.takes, self.given = list(takes), list[object]()

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        self.given.append(memoryview(data).obj)
        return super().send(memoryview(data)[: self.takes.pop(0)] if self.takes else data, flags)


@contextmanager
def choosy(server: Server, takes: Sequence[int]) -> Iterator[Choosy]:
    with watched(Hop(server.url, "127.0.0.1")), Choosy(takes) as connection:
        connection.connect(("127.0.0.1", server.port))
        connection.setblocking(False)
        yield connection


async def test_what_is_left_to_say_is_not_copied_each_time() -> None:
    words = bytes(100)
    with raw_server(lambda connection: connection.sendall(connection.recv(100, socket.MSG_WAITALL))) as server:
        with choosy(server, [1, 2, 3]) as connection:
            talk = Listener(words, until=100)
            await hold(talk, connection)
    assert talk.heard == words
    assert len(connection.given) == 4
    assert all(given is words for given in connection.given)


async def test_what_was_answered_before_they_broke_off_is_heard() -> None:
    class Cut(Choosy):
        def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
            super().send(data, flags)
            raise BrokenPipeError

    with raw_server(lambda connection: connection.sendall(b"no")) as server:
        with watched(Hop(server.url, "127.0.0.1")), Cut([]) as connection:
            connection.connect(("127.0.0.1", server.port))
            connection.setblocking(False)
            talk = Listener(b"x", until=2)
            await hold(talk, connection)
    assert talk.heard == b"no"


async def test_a_goodbye_is_said_also_when_all_was_heard() -> None:
    got, loop = bytearray(), asyncio.get_running_loop()
    before = watched_by(loop)

    def handler(connection: socket.socket) -> None:
        connection.sendall(b"hi")
        while more := connection.recv(9):
            got.extend(more)

    with raw_server(handler) as server:
        with connected(server) as connection:
            await hold(Listener(until=2, goodbye=b"bye"), connection)
            assert watched_by(loop) == before
    assert got == b"bye"


@pytest.mark.parametrize(
    ("handler", "error", "reset"),
    [(say_and_reset(b""), ConnectionResetError, True), (socket.socket.close, EOFError, False)],
    ids=["reset", "closed"],
)
async def test_a_connection_that_ends_ends_the_talk(handler: Handler, error: type[Exception], reset: bool) -> None:
    hop, loop = Hop("http://api.test/", "api.test"), asyncio.get_running_loop()
    before = watched_by(loop)
    with raw_server(handler) as server, connected(server, hop) as connection:
        with pytest.raises(error):
            await hold(Listener(), connection)
        assert watched_by(loop) == before
    assert (hop.reset, hop.ended is not None) == (reset, not reset)


async def test_a_connection_that_breaks_while_we_speak_ends_the_talk() -> None:
    heard = threading.Event()

    def handler(connection: socket.socket) -> None:
        connection.recv(1)
        heard.wait(5)
        say_and_reset(b"")(connection)

    with raw_server(handler) as server, connected(server) as connection:
        talking = asyncio.create_task(hold(Listener(bytes(50_000_000)), connection))
        await asyncio.sleep(0)
        heard.set()
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            await talking


@pytest.mark.parametrize("words", [b"", bytes(50_000_000)], ids=["while it hears", "while it speaks"])
async def test_a_talk_that_is_given_up_leaves_nothing_on_the_loop(words: bytes) -> None:
    loop = asyncio.get_running_loop()
    before, mishaps = watched_by(loop), list[object]()
    loop.set_exception_handler(lambda _, context: mishaps.append(context))
    asked = threading.Event()

    def handler(connection: socket.socket) -> None:
        asked.wait(5)
        hang(connection)

    with raw_server(handler) as server:
        with connected(server) as connection:
            talking = asyncio.create_task(hold(Listener(words), connection))
            await asyncio.sleep(0)
            assert watched_by(loop) == before | {connection.fileno()}
            talking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await talking
            assert watched_by(loop) == before
        asked.set()
    assert mishaps == []


async def test_an_answer_that_comes_as_the_talk_is_given_up_does_no_harm() -> None:
    """Both happen in one turn of the loop: it has seen that there is something to read when the talk is cancelled."""
    loop, mishaps = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _, context: mishaps.append(context))
    said = threading.Event()

    def handler(connection: socket.socket) -> None:
        connection.sendall(b"hi")
        said.set()
        hang(connection)

    with raw_server(handler) as server, connected(server) as connection:
        said.wait(5)
        talk = Listener()
        talking = asyncio.create_task(hold(talk, connection))
        await asyncio.sleep(0)  # it begins to listen
        await asyncio.sleep(0)  # the loop has seen the answer
        talking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await talking
    assert not talk.heard
    assert mishaps == []


async def test_what_goes_wrong_in_a_talk_is_told() -> None:
    class Puzzled(Listener):
        def hear(self, words: bytes) -> bytes:
            raise LookupError(words)

    with raw_server(say_and_hang(b"hi")) as server, connected(server) as connection:
        with pytest.raises(LookupError, match="hi"):
            await hold(Puzzled(), connection)
