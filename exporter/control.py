"""What only the operator may ask for, over the control socket."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from aiohttp import web

from exporter import archive
from exporter.alerting import ALERT_ROUTES
from exporter.authentication import OPERATOR
from exporter.documents import MACHINE, Document, timestamp, timestamp_or_none
from exporter.fields import duration, flag, line, read_fields, some_of
from exporter.observations import observations, subscribers
from exporter.operating import WATCHING_ROUTES
from exporter.problems import Problem
from exporter.rendering import json_answer
from exporter.sources import SOURCES
from monitor.core.ids import recurs
from monitor.core.model import DAY, Duration, Instant
from monitor.core.subscribing import Key, Scope, Subscription

NEVER_KEPT = {"Cache-Control": "no-store"}
LONGEST_LIFETIME = 3_650 * DAY
RESERVED = (MACHINE, OPERATOR.name, "config")


async def create_key(request: web.Request) -> web.Response:
    """201 with the key's text, which is shown this once."""
    keyring = request.app[SOURCES].subscribing.keyring
    read = read_fields(
        await request.read(),
        {"name": _name, "scopes": _scopes, "test": flag, "expires_in": _lifetime},
        required=("name", "scopes"),
    )
    key, text = await keyring.create(
        read["name"], read["scopes"], test=read.get("test", False), lifetime=read.get("expires_in")
    )
    return json_answer(key_document(key) | {"key": text}, 201, headers=NEVER_KEPT)


async def keys(request: web.Request) -> web.Response:
    keyring = request.app[SOURCES].subscribing.keyring
    return json_answer({"keys": [key_document(key) for key in keyring.all()]}, headers=NEVER_KEPT)


async def revoke_key(request: web.Request) -> web.Response:
    """204; its subscriptions receive nothing any more. Asked again, it does what the store refused the first time."""
    key_id, sources = request.match_info["id"], request.app[SOURCES]
    roster = sources.subscribing.roster
    async with roster.changing:  # what is being subscribed meanwhile is there, or is refused
        known = await sources.subscribing.keyring.revoke(key_id)
    if not known:
        raise Problem(404, f"There is no key {key_id!r}.")
    for subscription in [each.id for each in roster if each.key == key_id]:
        await roster.amend(subscription, lambda before: _without_key(before, sources.clock.now()))
        sources.subscribing.dispatcher.look(subscription)
    return web.Response(status=204)


CONTROL_ROUTES = (
    ("POST", "/keys", create_key),
    ("GET", "/keys", keys),
    ("DELETE", "/keys/{id}", revoke_key),
    ("GET", "/observations", observations),
    ("GET", "/subscribers", subscribers),
    ("GET", "/archive", archive.basis),
    ("GET", "/archive/{id}", archive.past),
    ("GET", "/archive/{id}/latencies", archive.latencies),
    *ALERT_ROUTES,
    *WATCHING_ROUTES,
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
        "expires_at": timestamp_or_none(key.expires_at),
        "last_used_at": timestamp_or_none(key.last_used_at),
        "revoked_at": timestamp_or_none(key.revoked_at),
    }


def _without_key(subscription: Subscription, now: Instant) -> Subscription:
    """One that was disabled before stays as it was."""
    if not subscription.enabled:
        return subscription
    return replace(subscription, disabled_at=now, disabled_because="Its key was revoked.")


def _name(value: object) -> str:
    found = line(value)
    read = _as_read(found)
    if read in RESERVED or recurs(read):  # what they did is told under their names
        raise ValueError(f"must not be {', '.join(RESERVED)} or the id of a rule.")
    return found


def _as_read(name: str) -> str:
    """Without what readers overlook: case, the width of letters, and marks on them."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in letters if not unicodedata.category(each).startswith("M")).casefold().strip()


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
