"""WebSocket servers that do one exact thing, frame by frame."""

from __future__ import annotations

import hashlib
import socket
import ssl
from base64 import b64encode

from aiohttp.http_websocket import WS_KEY

from tests.monitor.probers.servers import Handler, hang, read_request

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9


def frame(words: bytes, kind: int = TEXT) -> bytes:
    """A whole message, as servers send it."""
    head = bytes([0x80 | kind])
    if len(words) < 126:
        return head + bytes([len(words)]) + words
    return head + b"\x7f" + len(words).to_bytes(8, "big") + words


def upgraded(request: bytes) -> bytes:
    """The answer that upgrades."""
    key = next(line[19:] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key: "))
    proof = b64encode(hashlib.sha1(key + WS_KEY).digest())
    lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade"]
    return b"\r\n".join([*lines, b"Sec-WebSocket-Accept: " + proof, b"", b""])


def heard(connection: socket.socket) -> bytes:
    """The next message of the client, which is short and masked; empty when it went away."""
    head = connection.recv(2)
    if len(head) < 2:
        return b""
    mask, words = connection.recv(4), connection.recv(head[1] & 0x7F)
    return bytes(byte ^ mask[count % 4] for count, byte in enumerate(words))


def websocket(then: Handler, context: ssl.SSLContext | None = None) -> Handler:
    """Upgrades, and does then with the connection what it likes."""

    def handler(connection: socket.socket) -> None:
        talk = context.wrap_socket(connection, server_side=True) if context else connection
        with talk:
            if request := read_request(talk):
                talk.sendall(upgraded(request))
                then(talk)

    return handler


def echo(connection: socket.socket) -> None:
    while words := heard(connection):
        connection.sendall(frame(words))


def say(*messages: bytes) -> Handler:
    """Each in a packet of its own."""

    def handler(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for message in messages:
            connection.sendall(message)
        hang(connection)

    return handler
