"""Requests: a real server over a real store answers them as its description says, and is never at fault."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

from multidict import CIMultiDict

from exporter.openapi.description import description
from exporter.routes import ROUTES
from exporter.server import Server
from monitor import recurrence
from monitor.core.recurring import Rule
from monitor.core.subscribing import Scope
from tests.exporter.desk import WISH as SUBSCRIPTION
from tests.exporter.desk import watching
from tests.exporter.fakes import FakeCalendar
from tests.exporter.openapi.net import NET
from tests.exporter.people import WISH as INCIDENT_WISH
from tests.exporter.people import found
from tests.exporter.upkeep import COMPACTION, NOW, UPGRADE
from tests.torture.fuzz.naming import names
from tests.torture.fuzz.subject import Subject

PATIENCE = 8.0  # seconds; less than for what the server waits, so that it never answers by giving up
SERVER_ERRORS = 500
MOST_HEAD = 7_000  # bytes of a line of its head that aiohttp's own parser takes
ENDLESS = b"/api/v1/stream"
FRAMING = (b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade")  # ours to say
API = re.compile(r"/api(/[A-Za-z0-9._~-]+)+")  # what is described, where there is one way alone to write it
INCIDENT = b"INCIDENT"  # in an input, the id of one that is open
AMENDMENT = {
    "component": "api",
    "since": "2026-12-01T11:00:00Z",
    "until": "2026-12-01T11:30:00+00:00",
    "kind": "excluded",
    "reason": "Load test",
}


class RealCalendar(FakeCalendar):
    """Reads rules as the real one does, and plans none."""

    def check_cron(self, cron: str) -> None:
        recurrence.check_cron(cron)

    def check_timezone(self, name: str) -> None:
        recurrence.check_timezone(name)

    async def plan(self, rule: Rule) -> None:
        pass


class Counter:
    """Where requests are handed in: a server on loopback that stands up with the first, and stays."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None
        self._around = AsyncExitStack()
        self._address = ("", 0)
        self._key = self._incident = b""

    def ask(self, given: bytes) -> bool:
        """`METHOD PATH`, lines with headers, an empty line, and the body; taken is what is answered with 2xx."""
        if self._runner is None:
            self._runner = asyncio.Runner()
            self._runner.run(self._stand())
        head, _, body = given.replace(INCIDENT, self._incident).partition(b"\n\n")
        first, *lines = head.replace(b"\r", b"").split(b"\n")
        method, _, path = first.partition(b" ")
        if path.startswith(ENDLESS) or max(map(len, (first, *lines))) > MOST_HEAD:
            return False
        answer = self._runner.run(self._answer(b"%s %s HTTP/1.1" % (method, path), lines, body))
        return _judged(method.decode("latin-1"), path.decode("latin-1"), answer)

    def close(self) -> None:
        if self._runner is not None:
            self._runner.run(self._around.aclose())
            self._runner.close()
            self._runner = None

    async def _stand(self) -> None:
        folder = self._around.enter_context(tempfile.TemporaryDirectory(prefix="fuzzed-", ignore_cleanup_errors=True))
        desk = await self._around.enter_async_context(watching(Path(folder)))
        desk.sources._calendar = RealCalendar(desk.clock)
        server = Server(desk.sources)
        self._address = await server.start("127.0.0.1", 0)
        self._around.push_async_callback(server.stop)
        self._incident = (await found(desk))["id"].encode()
        self._key = (await desk.key(Scope.ADMIN)).encode()

    async def _answer(self, first: bytes, lines: Sequence[bytes], body: bytes) -> bytes:
        own = [line for line in lines if not line.lower().startswith(FRAMING)]
        ours = [b"Host: localhost", b"Connection: close", b"Authorization: Bearer " + self._key]
        length = b"Content-Length: %d" % len(body)
        reader, writer = await asyncio.open_connection(*self._address)
        try:
            writer.write(b"\r\n".join([first, *ours, *own, length, b"", body]))
            async with asyncio.timeout(PATIENCE):
                return await reader.read(-1)
        finally:
            writer.close()


def _judged(method: str, path: str, answer: bytes) -> bool:
    """Whether it is answered with 2xx. Raises AssertionError for what must not be answered."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split()[1]) if first else 0
    assert 200 <= status < SERVER_ERRORS, f"{method} {path} is answered with {first or 'nothing'}"
    asked = path.partition("?")[0]
    if status != HTTPStatus.BAD_REQUEST and API.fullmatch(asked):
        headers = CIMultiDict[str]((name, value) for name, _, value in (line.partition(": ") for line in lines))
        NET.check(method, asked, status, headers, None if "Content-Encoding" in headers else body)
    return status < HTTPStatus.MULTIPLE_CHOICES


def _posted(path: str, document: Mapping[str, object], method: str = "POST") -> bytes:
    return f"{method} {path}\n\n{json.dumps(document)}".encode()


def _words() -> list[str]:
    """Paths, and the names of all fields and parameters."""
    described: Any = json.loads(json.dumps(description()))
    return [*{path for _, path, _ in ROUTES}, *sorted(set(names(described)))]


COUNTER = Counter()
SUBJECT = Subject(
    ask=COUNTER.ask,
    taken=(
        b"GET /api/v1/incidents?limit=5&status=resolved&component=api",
        b"GET /api/v1/maintenances?cursor=MTc5NjEyNjQwMDAwMC9tbnRfMQ",
        b"GET /api/v1/reports/2026-12?format=csv",
        b"GET /badges/api.svg?show=uptime&period=month\nAccept-Encoding: gzip",
        b'GET /feed.atom\nIf-None-Match: "1"\nAccept: text/html;q=0.5',
        _posted("/api/v1/subscriptions", SUBSCRIPTION),
        _posted("/api/v1/incidents/INCIDENT/updates", {"message": "More.", "status": "identified"}),
        _posted("/api/v1/incidents/INCIDENT", {"title": "New", "impact": "minor", "hold": True}, "PATCH"),
        _posted("/api/v1/amendments", AMENDMENT),
        _posted("/api/v1/maintenances", UPGRADE),
        _posted("/api/v1/maintenances", NOW),
        _posted("/api/v1/maintenances", COMPACTION),
    ),
    refused=(
        b"GET /api/v1/incidents?cursor=!",
        b"GET /nowhere\nAccept: text/html",
        b"POST /callbacks/token\n\nhello",
        b"POST /heartbeats/token/255\n\nhello",
        b"POST /api/v1/incidents\nAuthorization: Bearer jk_live_x\nIdempotency-Key: a\n\n{}",
        b'POST /api/v1/subscriptions\nX-Forwarded-For: 10.0.0.1, [::1]:80\n\n{"endpoint": "http://[::1%25a]"}',
        _posted("/api/v1/incidents", INCIDENT_WISH | {"components": []}),
    ),
    words=_words(),
)
