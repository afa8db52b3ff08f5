"""Servers that hold a dialogue, line by line."""

from __future__ import annotations

import socket

from monitor.probers.settings import Line
from tests.monitor.probers.servers import Handler, hang

LATE = 0.05  # seconds; so late that a wrong measure shows

GREETING = Line(expect="^220 ")


def turns(*answers: bytes) -> Handler:
    """Says the first, and each further one after it heard something; then waits until the client goes away."""

    def handler(connection: socket.socket) -> None:
        first, *rest = answers
        connection.sendall(first)
        for words in rest:
            if not connection.recv(65_536):
                return
            connection.sendall(words)
        hang(connection)

    return handler
