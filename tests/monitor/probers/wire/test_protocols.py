"""What we say in a handshake that we are going to speak: servers of something else may refuse HTTP."""

from __future__ import annotations

import socket
from pathlib import Path

from monitor.core.model import Verdict
from monitor.probers.settings import Line, TcpTarget, TlsTarget, Trust
from tests.monitor.probers.asking import ask, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import Handler, answer, raw_server, read_request
from tests.monitor.probers.targets import probe


class Listener:
    """Notes what each client said that it speaks."""

    def __init__(self, directory: Path) -> None:
        authority = Authority(directory)
        self._context = authority.server()
        self._context.set_alpn_protocols(["http/1.1"])
        self.trust = Trust(ca_file=str(authority.cafile))
        self.heard: list[str | None] = []

    def saying(self, words: bytes, *, reads: bool = False) -> Handler:
        def handler(connection: socket.socket) -> None:
            with self._context.wrap_socket(connection, server_side=True) as talk:
                self.heard.append(talk.selected_alpn_protocol())
                if reads:
                    read_request(talk)
                talk.sendall(words)

        return handler


async def test_http_is_announced_where_http_is_spoken(tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    with raw_server(listener.saying(answer(), reads=True)) as server:
        result = await ask(settings(f"https://localhost:{server.port}/", trust=listener.trust))
    assert (result.verdict, listener.heard) == (Verdict.PASS, ["http/1.1"])


async def test_nothing_is_announced_where_something_else_is_spoken(tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    with raw_server(listener.saying(b"220 ready\r\n")) as server:
        dialogue = (Line(starttls=True), Line(expect="^220"))
        mail = TcpTarget(host="localhost", port=server.port, dialogue=dialogue, trust=listener.trust)
        handshake = TlsTarget(host="localhost", port=server.port, trust=listener.trust)
        results = [await ask(probe(mail)), await ask(probe(handshake))]
    assert [result.verdict for result in results] == [Verdict.PASS, Verdict.PASS]
    assert listener.heard == [None, None]
