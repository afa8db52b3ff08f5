"""Subscriptions: who wants to be told of what, and where. A key sees its own alone, the operator sees all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from exporter.authentication import OPERATOR, caller
from exporter.documents import Document, timestamp, timestamp_or_none
from exporter.fields import Reader, duration, one_of, read_fields, some_of, text
from exporter.idempotency import once
from exporter.problems import Problem
from exporter.rendering import json_answer, json_text
from exporter.sources import SOURCES, Sources
from exporter.webhooks.guard import Allowance, check_endpoint
from exporter.webhooks.signature import new_secret
from monitor.core.fanout import PATTERNS
from monitor.core.model import DAY, Impact, Instant
from monitor.core.subscribing import Key, Scope, Subscription

MOST_PER_KEY = 100
GRACE = DAY  # for which the secret before signs too, unless another one is asked for
LONGEST_GRACE = 30 * DAY
SECRET_BYTES = 32


async def create(request: web.Request) -> web.Response:
    """201 with the secret, which only this answer and its repetitions show."""
    key, sources = await caller(request, Scope.SUBSCRIPTIONS), request.app[SOURCES]
    body = await request.read()
    return await _written_once(request, key, 201, lambda: _new(sources, key, body))


async def subscriptions(request: web.Request) -> web.Response:
    """All that the caller sees, oldest first."""
    key = await caller(request, Scope.SUBSCRIPTIONS)
    seen = [each for each in request.app[SOURCES].subscribing.roster if _sees(key, each)]
    return json_answer({"subscriptions": [subscription_document(each) for each in seen]})


async def subscription(request: web.Request) -> web.Response:
    return json_answer(subscription_document(await named(request)))


async def change(request: web.Request) -> web.Response:
    """200 with the subscription as it is now; `enabled: true` gives a disabled one another chance."""
    chosen, sources = await named(request), request.app[SOURCES]
    read = read_fields(await request.read(), {**_readers(sources), "enabled": _enabled})
    after = await sources.subscribing.roster.amend(chosen.id, lambda before: _changed(sources, before, read))
    if after is None:  # deleted meanwhile
        raise _unknown(chosen.id)
    sources.subscribing.dispatcher.hasten(chosen.id)
    return json_answer(subscription_document(after))


async def rotate_secret(request: web.Request) -> web.Response:
    """200 with the new secret, which only this answer and its repetitions show.

    The one before signs beside it for the grace period.
    """
    key, sources = await caller(request, Scope.SUBSCRIPTIONS), request.app[SOURCES]
    chosen = _seen(request, key)
    read = read_fields(await request.read(), {"grace": lambda value: duration(value, LONGEST_GRACE)})
    until = sources.clock.now() + read.get("grace", GRACE)
    return await _written_once(request, key, 200, lambda: _rotated(sources, chosen.id, until))


async def delete(request: web.Request) -> web.Response:
    """204; what is owed to it is owed no more."""
    chosen, subscribing = await named(request), request.app[SOURCES].subscribing
    async with subscribing.roster.changing:
        await subscribing.registry.drop_subscription(chosen.id)
        subscribing.debts.remove(chosen.id)
    return web.Response(status=204)


async def named(request: web.Request) -> Subscription:
    """The subscription in the path, if the caller sees it.

    Raises:
        Problem: 401, 403, 404 or 429.
    """
    return _seen(request, await caller(request, Scope.SUBSCRIPTIONS))


def subscription_document(subscription: Subscription, secret: Mapping[str, str] | None = None) -> Document:
    """The secret is left out unless it is given to be shown; its place is that in the public documentation."""
    return {
        "id": subscription.id,
        "endpoint": subscription.endpoint,
        "events": list(subscription.events),
        **(secret or {}),
        "created_at": timestamp(subscription.created_at),
        "components": list(subscription.components),
        "least_impact": subscription.least_impact,
        "test": subscription.test,
        "enabled": subscription.enabled,
        "disabled_at": timestamp_or_none(subscription.disabled_at),
        "disabled_because": subscription.disabled_because,
        "failing_since": timestamp_or_none(subscription.failing_since),
        "previous_secret_until": timestamp_or_none(subscription.previous_until),
    }


def _with_secret(subscription: Subscription) -> Document:
    return subscription_document(subscription, {"secret": subscription.secret})


def _sees(key: Key, subscription: Subscription) -> bool:
    """Alerts are the config's alone."""
    return subscription.alert is None and (key is OPERATOR or subscription.key == key.id)


def _seen(request: web.Request, key: Key) -> Subscription:
    wanted = request.match_info["id"]
    found = request.app[SOURCES].subscribing.roster.get(wanted)
    if found is None or not _sees(key, found):
        raise _unknown(wanted)
    return found


def _unknown(subscription: str) -> Problem:
    return Problem(404, f"There is no subscription {subscription!r}.")


def _new(sources: Sources, key: Key, body: bytes) -> Subscription:
    read = read_fields(body, _readers(sources), required=("endpoint", "events"))
    if sources.subscribing.keyring.revoked(key.id):
        raise Problem(401, "This key was revoked.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    if sum(each.key == key.id for each in sources.subscribing.roster) >= MOST_PER_KEY:
        raise Problem(409, f"This key has {MOST_PER_KEY} subscriptions, which is all it may have; delete one.")
    return Subscription(
        id=f"sub_{secrets.token_hex(8)}",
        key=key.id,
        secret=_new_secret(),
        created_at=sources.clock.now(),
        test=key.test,
        **read,
    )


def _changed(sources: Sources, before: Subscription, read: Mapping[str, Any]) -> Subscription:
    change = dict(read)
    if change.pop("enabled", False):
        if sources.subscribing.keyring.revoked(before.key):
            raise Problem(409, "Its key was revoked; subscribe with another key.")
        change |= {"disabled_at": None, "disabled_because": "", "failing_since": None}
    if change.get("endpoint", before.endpoint) != before.endpoint:
        change["failing_since"] = None  # that was the other endpoint's
    return replace(before, **change)


def _rotated(sources: Sources, wanted: str, until: Instant) -> Subscription:
    before = sources.subscribing.roster.get(wanted)
    if before is None:  # deleted meanwhile
        raise _unknown(wanted)
    return replace(before, secret=_new_secret(), previous_secret=before.secret, previous_until=until)


async def _written_once(
    request: web.Request, key: Key, status: int, make: Callable[[], Subscription]
) -> web.Response:
    """The answer that shows a subscription and its secret; the same request again gets the same answer.

    Args:
        make: the subscription as it is to be, made while no other can change.
    """
    sources = request.app[SOURCES]
    subscribing, now = sources.subscribing, sources.clock.now()
    this = await once(request, key)
    async with subscribing.roster.changing:  # also lest two of the same, sent at a time, are both done
        before = await this.answered(subscribing.registry, now) if this else None
        if before is not None:
            return json_answer(before.body, before.status)
        subscription = make()
        told = json_text(_with_secret(subscription))
        await subscribing.registry.put_subscription(subscription, this.answer(status, told, now) if this else None)
        subscribing.debts.add(subscription)
    return json_answer(told, status)


def _new_secret() -> str:
    return new_secret(secrets.token_bytes(SECRET_BYTES))


def _readers(sources: Sources) -> dict[str, Reader]:
    components = [component.id for component in sources.board.setup.components]
    return {
        "endpoint": lambda value: _endpoint(value, sources.subscribing.allowance),
        "events": _events,
        "components": lambda value: some_of(value, components),
        "least_impact": _least_impact,
    }


def _endpoint(value: object, allowance: Allowance) -> str:
    endpoint = text(value)
    check_endpoint(endpoint, allowance)  # a RefusedEndpoint is a ValueError with its own sentence
    return endpoint


def _events(value: object) -> tuple[str, ...]:
    found = some_of(value, PATTERNS)
    if not found:
        raise ValueError(f"must name at least one of {', '.join(PATTERNS)}.")
    return found


def _least_impact(value: object) -> Impact | None:
    return None if value is None else Impact(one_of(value, list(Impact)))


def _enabled(value: object) -> bool:
    if value is not True:
        raise ValueError("can only become true; to end a subscription, delete it.")
    return True
