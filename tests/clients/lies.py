"""A status service on loopback that says whatever it is told to, and the ways in which one can lie."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self, TypeAlias

Answer: TypeAlias = Callable[[socket.socket, str], None]

TAG = '"v1"'


class StatusService:
    """Says `answer` to each question, one after the other on threads of its own; `asked` holds their heads."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self._tls = tls
        self.asked: list[str] = []
        self.reached = threading.Event()  # set by each question
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        service = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                service._take(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def kill(self) -> None:
        """Be gone at once, with all connections."""
        self._server.shutdown()
        self._thread.join()
        for taken in self._open:
            taken.close()
        self._server.server_close()

    def _take(self, taken: socket.socket) -> None:
        if self._tls:
            taken = self._tls.wrap_socket(taken, server_side=True)
        self._open.append(taken)
        head = taken.recv(65_536).decode("latin-1")
        self.asked.append(head)
        self.reached.set()
        with suppress(OSError):  # the client goes away, which is what some tests are about
            self.answer(taken, head)


def component(state: str = "open", **changes: Any) -> dict[str, Any]:
    circuit = {"state": state, "retry_after": 30, "reason": 'The incident "API outage" is open.'}
    return {"id": "api", "name": "API", "circuit": circuit | changes}


def document(*components: Any) -> dict[str, Any]:
    """Of these components, or else of one that is down."""
    return {"components": components or [component()]}


def wrong(**changes: Any) -> Answer:
    """One whose circuit is not as it should be."""
    return says(http(document(component(**changes))))


def http(body: object, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def says(content: bytes) -> Answer:
    return lambda taken, _head: taken.sendall(content)


def tells(state: str = "open", tag: str = TAG) -> Answer:
    """The truth, with a tag; 304 to who has it."""

    def answer(taken: socket.socket, head: str) -> None:
        known = f"If-None-Match: {tag}" in head
        taken.sendall(http(b"", "304 Not Modified") if known else http(document(component(state)), ETag=tag))

    return answer


def hangs(taken: socket.socket, _head: str) -> None:
    """Says nothing for as long as the client listens."""
    taken.recv(1)


def hangs_in_the_body(taken: socket.socket, _head: str) -> None:
    taken.sendall(http(document())[:-10])
    taken.recv(1)


def drips(taken: socket.socket, _head: str) -> None:
    """Always a little, never all."""
    taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    taken.settimeout(0.01)
    listening = True
    while listening:
        taken.sendall(b" ")
        with suppress(TimeoutError):
            listening = bool(taken.recv(1))


def endless(taken: socket.socket, _head: str) -> None:
    taken.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        taken.sendall(b" " * 65_536)


TRUE = document()
WITH_WAIT = b'{"components":[{"id":"api","circuit":{"state":"open","retry_after":%b,"reason":null}}]}'
LIES: dict[str, Answer] = {
    "a server error": says(http(TRUE, "500 Internal Server Error")),
    "unavailable": says(http(TRUE, "503 Service Unavailable")),
    "nothing of that name": says(http({"title": "Not Found", "status": 404}, "404 Not Found")),
    "a redirect": says(http(b"", "302 Found", Location="http://127.0.0.1:1/")),
    "no content": says(http(b"", "204 No Content")),
    "a part of it": says(http(TRUE, "206 Partial Content")),
    "unchanged, though nobody had it": says(http(b"", "304 Not Modified")),
    "an empty body": says(http(b"")),
    "a page": says(http(b"<!doctype html><title>Welcome</title>")),
    "half of it": says(http(TRUE)[:-20]),
    "no text": says(http(b"\xff\xfe{")),
    "deep brackets": says(http(b"[" * 100_000)),
    "a list": says(http([component()])),
    "a number": says(http(5)),
    "nothing": says(http(None)),
    "no components": says(http({"id": "api"})),
    "components of null": says(http({"components": None})),
    "components that are a component": says(http({"components": component()})),
    "components that are words": says(http(document("api"))),
    "a component without an id": says(http(document(component(), {"name": "CDN"}))),
    "an id that is a list": says(http(document(component(), {"id": ["cdn"]}))),
    "only another component": says(http(document(component() | {"id": "cdn"}))),
    "no circuit": says(http(document({"id": "api", "status": "major_outage"}))),
    "a circuit of null": says(http(document(component() | {"circuit": None}))),
    "a state of its own": wrong(state="ajar"),
    "a state of null": wrong(state=None),
    "a state that is a list": wrong(state=["open"]),
    "a wait of null": wrong(retry_after=None),
    "a wait in words": wrong(retry_after="30"),
    "a wait of true": wrong(retry_after=True),
    "a negative wait": wrong(retry_after=-1),
    "a wait without end": says(http(WITH_WAIT % b"1e999")),
    "a wait that is no number": says(http(WITH_WAIT % b"NaN")),
    "a reason that is a list": wrong(reason=["down"]),
    "no reason at all": says(http(document({"id": "api", "circuit": {"state": "open", "retry_after": 30}}))),
    "a huge body": says(http(b" " * 4_300_000 + json.dumps(TRUE).encode())),
    "the truth, and then too much": says(http(json.dumps(TRUE).encode() + b" " * 4_300_000)),
    "a body without end": endless,
    "headers without end": says(b"HTTP/1.1 200 OK\r\n" + b"X-Much: more\r\n" * 200),
    "a header without end": says(b"HTTP/1.1 200 OK\r\nX-Much: " + b"x" * 100_000),
    "not HTTP": says(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "bytes that mean nothing": says(bytes(range(256)) * 8),
    "silence, and then the end": lambda taken, _head: taken.close(),
    "silence": hangs,
    "half a body, and then silence": hangs_in_the_body,
    "a drop at a time": drips,
}
