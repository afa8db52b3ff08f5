"""Who calls, and whether they may: the holder of a key over the network, the operator over the control socket."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from exporter.documents import timestamp
from exporter.origin import origin
from exporter.problems import Problem
from exporter.sources import SOURCES, Sources
from monitor.core.keys import well_formed
from monitor.core.subscribing import Key, Scope

Authority: TypeAlias = Callable[[web.Request, Scope], Awaitable[Key]]
AUTHORITY: web.AppKey[Authority] = web.AppKey("authority")

OPERATOR = Key(
    id="operator", name="operator", digest="", prefix="", last_four="", scopes=(Scope.ADMIN,), created_at=0
)


_BEARER = re.compile(r"bearer +([^ ]+) *", re.IGNORECASE)


class BadKey(Exception):
    """The text says what is wrong with a key, to whoever sent it."""


async def caller(request: web.Request, scope: Scope) -> Key:
    """The key of the caller, who may do what the scope names.

    Raises:
        Problem: 401, 403 or 429.
    """
    return await request.app[AUTHORITY](request, scope)


async def author(request: web.Request) -> Key:
    """The key of the caller, who may say what everybody reads, under its name.

    Raises:
        Problem: 401, 403 or 429.
    """
    key = await caller(request, Scope.INCIDENTS)
    if key.test:
        raise Problem(403, "This key is for tests: what it wrote, everybody would read.")
    return key


async def operator(_request: web.Request, _scope: Scope) -> Key:
    """Being allowed to open the control socket is the right to use it."""
    return OPERATOR


async def bearer(request: web.Request, scope: Scope) -> Key:
    """Whoever sends a key. A good one is never refused for the bad ones that came from the same address."""
    sources, given = request.app[SOURCES], request.headers.get("Authorization")
    if given is None:
        raise _unauthorized('This takes a key, sent as "Authorization: Bearer jk_live_…".', "Bearer")
    try:
        key = _valid_key(sources, given)
    except BadKey as bad:
        raise _refusal(request, sources, str(bad)) from None
    await sources.subscribing.keyring.note_use(key)
    if not key.allows(scope):
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        raise Problem(403, f"This key lacks the scope {scope}.", headers={"WWW-Authenticate": challenge})
    return key


def _valid_key(sources: Sources, authorization: str) -> Key:
    bearing = _BEARER.fullmatch(authorization)
    if bearing is None:
        raise BadKey('The Authorization header must be "Bearer jk_live_…".')
    text = bearing[1]
    if not well_formed(text):
        raise BadKey("This is no key: a character is wrong or missing.")
    key = sources.subscribing.keyring.find(text)
    if key is None:
        raise BadKey("This key is not known here.")
    if key.revoked_at is not None:
        raise BadKey(f"This key was revoked at {timestamp(key.revoked_at)}.")
    if not key.valid(sources.clock.now()):
        raise BadKey(f"This key expired at {timestamp(key.expires_at or 0)}.")
    return key


def _refusal(request: web.Request, sources: Sources, why: str) -> Problem:
    subscribing = sources.subscribing
    address = origin(request.remote or "", request.headers.getall("X-Forwarded-For", ()), subscribing.trusted_proxies)
    wait = subscribing.throttle.failed(address)
    if wait is None:
        return _unauthorized(why, 'Bearer error="invalid_token"')
    return Problem(
        429, f"Too many bad keys came from your address; wait {wait} s.", headers={"Retry-After": str(wait)}
    )


def _unauthorized(why: str, challenge: str) -> Problem:
    return Problem(401, why, headers={"WWW-Authenticate": challenge})
