"""Bytes of a document with their tag, and the answer a reader gets who may have them already."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from exporter.headers import PUBLIC
from exporter.negotiation import takes_gzip

JSON = "application/json"
HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
CACHE_CONTROL = "public, max-age=5"

LEAST_PACKED = 1_024  # bytes; what is shorter fits into one packet anyhow
PACKED_AT_ONCE = 20_000  # bytes; to pack more takes a millisecond, which would make probes late


@dataclass(frozen=True, slots=True)
class Variant:
    """A document in one coding: its tag, without quotes, and the headers of 200 and of 304."""

    etag: str
    headers: CIMultiDict[str]
    unchanged: CIMultiDict[str]


@dataclass(eq=False)
class Rendering:
    """A public document as it goes out. `etag` is a strong validator, without its quotes.

    The headers of its answers are put together once, not for each reader.
    """

    body: bytes
    content_type: str
    etag: str
    _packing: Lock = field(default_factory=Lock, init=False, repr=False)
    _gzipped: bytes | None = field(default=None, init=False, repr=False)

    @cached_property
    def plain(self) -> Variant:
        return _variant(self.etag, {"Content-Type": self.content_type})

    @cached_property
    def packed(self) -> Variant:
        return _variant(f"{self.etag}-gzip", {"Content-Type": self.content_type, "Content-Encoding": "gzip"})

    async def gzipped(self) -> bytes:
        """The body, packed for the first who takes it so; a long one in a thread."""
        if self._gzipped is None and len(self.body) > PACKED_AT_ONCE:
            return await asyncio.to_thread(self._gzip)
        return self._gzip()

    def _gzip(self) -> bytes:
        with self._packing:  # those who ask meanwhile wait for the same
            if self._gzipped is None:
                self._gzipped = gzip.compress(self.body, mtime=0)
            return self._gzipped


class _Packed(web.Response):
    """Its body is packed when it goes out."""

    def __init__(self, rendering: Rendering) -> None:
        super().__init__(headers=rendering.packed.headers)
        self._rendering = rendering

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        self.body = await self._rendering.gzipped()
        return await super().prepare(request)


def json_text(document: Mapping[str, object]) -> str:
    """Compact, and one line with its end."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def json_answer(
    document: Mapping[str, object] | str,
    status: int = 200,
    *,
    content_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """An answer that nobody keeps a tag for. A document that was rendered before is given as its text."""
    text = document if isinstance(document, str) else json_text(document)
    return web.Response(status=status, body=_encoded(text), headers={**(headers or {}), "Content-Type": content_type})


def as_json(document: Mapping[str, object]) -> Rendering:
    return as_text(json_text(document), JSON)


def as_html(text: str) -> Rendering:
    return as_text(text, HTML)


def as_text(text: str, content_type: str) -> Rendering:
    return _rendering(_encoded(text), content_type)


def as_script(script: bytes) -> Rendering:
    return _rendering(script, SCRIPT)


def respond(request: web.Request, rendering: Rendering) -> web.Response:
    """200 with the bytes, packed for who takes them so, or 304 when the reader has them."""
    asked = request.headers
    packs = len(rendering.body) >= LEAST_PACKED and takes_gzip(asked.get("Accept-Encoding", ""))
    variant = rendering.packed if packs else rendering.plain
    if "If-None-Match" in asked and _has(request, variant.etag):
        return web.Response(status=304, headers=variant.unchanged)
    return _Packed(rendering) if packs else web.Response(body=rendering.body, headers=variant.headers)


def _rendering(body: bytes, content_type: str) -> Rendering:
    return Rendering(body, content_type, hashlib.sha256(body).hexdigest()[:32])


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")  # a stray half of a character, seen on the wire, must not cost the document


def _variant(etag: str, content: Mapping[str, str]) -> Variant:
    unchanged = {"ETag": f'"{etag}"', "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding", **PUBLIC}
    return Variant(etag, CIMultiDict({**unchanged, **content}), CIMultiDict(unchanged))


def _has(request: web.Request, etag: str) -> bool:
    # If-None-Match compares weakly: a W/ before the tag does not matter.
    return any(tag.value in ("*", etag) for tag in request.if_none_match or ())
