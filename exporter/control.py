"""What only the operator may ask for, over the control socket."""

from __future__ import annotations

import json

from aiohttp import web

from exporter.documents import Document, timestamp
from exporter.fields import duration, flag, line, read_fields, some_of
from exporter.problems import Problem
from exporter.sources import SOURCES
from monitor.core.model import DAY, Duration, Instant
from monitor.core.subscribing import Key, Scope

LONGEST_LIFETIME = 3_650 * DAY


async def create_key(request: web.Request) -> web.Response:
    """201 with the key's text, which is shown this once."""
    keyring = request.app[SOURCES].subscribing.keyring
    read = read_fields(
        await request.read(),
        {"name": line, "scopes": _scopes, "test": flag, "expires_in": _lifetime},
        required=("name", "scopes"),
    )
    key, text = await keyring.create(
        read["name"], read["scopes"], test=read.get("test", False), lifetime=read.get("expires_in")
    )
    return _answer(key_document(key) | {"key": text}, status=201)


async def keys(request: web.Request) -> web.Response:
    keyring = request.app[SOURCES].subscribing.keyring
    return _answer({"keys": [key_document(key) for key in keyring.all()]})


async def revoke_key(request: web.Request) -> web.Response:
    key_id = request.match_info["id"]
    if not await request.app[SOURCES].subscribing.keyring.revoke(key_id):
        raise Problem(404, f"There is no key {key_id!r}.")
    return web.Response(status=204)


CONTROL_ROUTES = (
    ("POST", "/keys", create_key),
    ("GET", "/keys", keys),
    ("DELETE", "/keys/{id}", revoke_key),
)


def key_document(key: Key) -> Document:
    """What may be told of a key: no digest, and of its text the ends."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "last_four": key.last_four,
        "scopes": list(key.scopes),
        "created_at": timestamp(key.created_at),
        "expires_at": _timestamp(key.expires_at),
        "last_used_at": _timestamp(key.last_used_at),
        "revoked_at": _timestamp(key.revoked_at),
    }


def _scopes(value: object) -> tuple[Scope, ...]:
    found = some_of(value, list(Scope))
    if not found:
        raise ValueError(f"must name at least one of {', '.join(Scope)}.")
    return tuple(map(Scope, found))


def _lifetime(value: object) -> Duration:
    lifetime = duration(value, LONGEST_LIFETIME)
    if not lifetime:
        raise ValueError("must be longer than nothing.")
    return lifetime


def _timestamp(at: Instant | None) -> str | None:
    return None if at is None else timestamp(at)


def _answer(document: Document, status: int = 200) -> web.Response:
    text = json.dumps(document, ensure_ascii=False)
    headers = {"Cache-Control": "no-store"}
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)
