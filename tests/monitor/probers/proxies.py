"""Proxies on raw sockets: one that works, and servers to pretend with."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.monitor.probers.servers import Server, raw_server, read_request

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@contextmanager
def tunnelling_proxy(*, after: float = 0) -> Iterator[Server]:
    """Leads wherever it is asked to, and lets so many seconds pass before it says so."""

    def handler(connection: socket.socket) -> None:
        request = read_request(connection)
        if not request:
            return
        proxy.requests.append(request)
        host, _, port = request.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as upstream:
            threading.Event().wait(after)
            connection.sendall(ESTABLISHED)
            back = threading.Thread(target=_pass_on, args=(upstream, connection))
            back.start()
            _pass_on(connection, upstream)
            back.join()

    with raw_server(handler) as proxy:
        yield proxy


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while words := one.recv(65_536):
            other.sendall(words)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)  # also ends the other direction
