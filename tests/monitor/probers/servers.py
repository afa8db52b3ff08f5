"""Servers that misbehave in one exact way, on raw sockets in threads of their own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

RESET_ON_CLOSE = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")

Handler: TypeAlias = Callable[[socket.socket], None]


@dataclass
class Server:
    """What a running server has seen. `requests` holds each request as it came."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}/"


@contextmanager
def raw_server(handler: Handler, *, at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[Server]:
    """Calls the handler for each connection, in a thread; ends with the connections."""
    with socket.create_server(at) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, handler))
        accepting.start()
        try:
            yield Server(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


@contextmanager
def http_server(*answers: bytes | Handler, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Reads one request per connection and gives the next answer, the last one again and again.

    An answer is bytes, after which the connection is closed, or a function that does with the connection as it likes.
    """
    waiting = list(answers)

    def handler(connection: socket.socket) -> None:
        with _secured(connection, context) as talk:
            request = read_request(talk)
            if not request:
                return
            server.requests.append(request)
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if callable(answer):
                answer(talk)
            else:
                talk.sendall(answer)

    with raw_server(handler) as server:
        yield server


def answer(status: int = 200, body: bytes = b"", headers: tuple[str, ...] = (), reason: str = "Whatever") -> bytes:
    """A whole and honest answer."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    return answer(status, headers=(f"Location: {location}",))


def read_request(connection: socket.socket) -> bytes:
    """Headers and body of one request; empty when the client went away."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        more = connection.recv(65_536)
        if not more:
            return b""
        seen += more
    head, _, body = seen.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def hang(connection: socket.socket) -> None:
    """Wait until the client goes away."""
    while connection.recv(65_536):
        pass


def say_and_hang(words: bytes) -> Handler:
    def handler(connection: socket.socket) -> None:
        connection.sendall(words)
        hang(connection)

    return handler


def late(words: bytes, seconds: float) -> Handler:
    """Answers so late that a wrong measure shows."""

    def handler(connection: socket.socket) -> None:
        threading.Event().wait(seconds)
        connection.sendall(words)

    return handler


def say_and_reset(words: bytes) -> Handler:
    def handler(connection: socket.socket) -> None:
        connection.sendall(words)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        connection.close()

    return handler


def drip(words: bytes, drop: bytes) -> Handler:
    """The words, and then drop after drop until the client goes away."""

    def handler(connection: socket.socket) -> None:
        connection.sendall(words)
        connection.settimeout(0.02)
        while True:
            connection.sendall(drop)
            with suppress(TimeoutError):
                if not connection.recv(1):
                    return

    return handler


@contextmanager
def closed_port() -> Iterator[Server]:
    """A port nobody listens on; bound, so that nobody else gets it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield Server(bound.getsockname()[1])


@contextmanager
def deaf_port() -> Iterator[Server]:
    """A port whose backlog is full: the kernel answers no further SYN."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield Server(listener.getsockname()[1])


def _accept(listener: socket.socket, handler: Handler) -> None:
    threads = []
    with suppress(OSError):  # the listener was shut down
        while True:
            connection, _ = listener.accept()
            threads.append(threading.Thread(target=_talk, args=(connection, handler)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def _talk(connection: socket.socket, handler: Handler) -> None:
    with connection, suppress(OSError):
        handler(connection)


def _secured(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return context.wrap_socket(connection, server_side=True) if context else connection
