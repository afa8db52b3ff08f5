"""Bytes of a document with their tag, and the answer a reader gets who may have them already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

JSON = "application/json"
CACHE_CONTROL = "public, max-age=5"


@dataclass(frozen=True, slots=True)
class Rendering:
    """A document as it goes out. `etag` is a strong validator, without its quotes."""

    body: bytes
    content_type: str
    etag: str


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
    return _rendering(json_text(document), JSON)


def as_html(text: str) -> Rendering:
    return _rendering(text, "text/html; charset=utf-8")


def respond(request: web.Request, rendering: Rendering) -> web.Response:
    """200 with the bytes, or 304 when the reader has them."""
    headers = {"ETag": f'"{rendering.etag}"', "Cache-Control": CACHE_CONTROL}
    if _has(request, rendering.etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=rendering.body, headers=headers | {"Content-Type": rendering.content_type})


def _rendering(text: str, content_type: str) -> Rendering:
    body = _encoded(text)
    return Rendering(body, content_type, hashlib.sha256(body).hexdigest()[:32])


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")  # a stray half of a character, seen on the wire, must not cost the document


def _has(request: web.Request, etag: str) -> bool:
    # If-None-Match compares weakly: a W/ before the tag does not matter.
    return any(tag.value in ("*", etag) for tag in request.if_none_match or ())
