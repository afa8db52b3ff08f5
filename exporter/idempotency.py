"""A request that is sent again under the same Idempotency-Key is answered again, not done again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import web

from exporter.documents import Document
from exporter.fields import wrong_fields
from exporter.rendering import json_answer, json_text
from exporter.sources import SOURCES
from monitor.core.model import DAY, Instant
from monitor.core.ports import Registry, StoreRefused
from monitor.core.subscribing import Answered, Key

HEADER = "Idempotency-Key"
ANSWERS_KEPT = DAY

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Once:
    """What may be done once: a request that a key sent under a name of its own choice."""

    key: str
    name: str
    digest: str

    async def answered(self, registry: Registry, now: Instant) -> Answered | None:
        """What was answered before; None when nothing was, or it was too long ago.

        Raises:
            Problem: 422 when it was the answer to another request.
            StoreRefused
        """
        await registry.forget_answers(now - ANSWERS_KEPT)
        answered = await registry.answered(self.key, self.name)
        if answered is not None and answered.request != self.digest:
            raise wrong_fields({HEADER: "was used for another request; take a new one."})
        return answered

    def answer(self, status: int, body: str, now: Instant) -> tuple[str, str, Answered]:
        """As the registry keeps it."""
        return self.key, self.name, Answered(self.digest, status, body, now)


async def once(request: web.Request, key: Key) -> Once | None:
    """None when the request bears no Idempotency-Key.

    Raises:
        Problem: 422 when it bears one that is none.
    """
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not _VISIBLE.fullmatch(name):
        raise wrong_fields({HEADER: "must be 1 to 255 visible ASCII characters."})
    asked = f"{request.method} {request.path}\n".encode() + await request.read()
    return Once(key.id, name, sha256(asked).hexdigest())


async def commanded_once(request: web.Request, key: Key, command: Callable[[], Awaitable[Document]]) -> web.Response:
    """201 with what a command comes to; the same request again gets the same answer.

    Args:
        command: does it and tells of it, while nobody else changes what it looks at.
    """
    sources, this = request.app[SOURCES], await once(request, key)
    async with sources.commanding:  # also lest two of the same, sent at a time, are both done
        if this is None:
            return json_answer(await command(), 201)
        registry, now = sources.subscribing.registry, sources.clock.now()
        before = await this.answered(registry, now)
        if before is not None:
            return json_answer(before.body, before.status)
        told = json_text(await command())
        # The command has a commit of its own: after a crash just before this one, the same request does it again.
        with suppress(StoreRefused):  # it is done, so that must be told
            await registry.put_answer(*this.answer(201, told, now))
    return json_answer(told, 201)
