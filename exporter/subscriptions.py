"""Subscriptions: who wants to be told of what, and where. A key sees its own alone, the operator sees all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from aiohttp import web

from exporter.authentication import OPERATOR, caller
from exporter.documents import Document, timestamp
from exporter.fields import Reader, duration, one_of, read_fields, some_of, text
from exporter.idempotency import once
from exporter.problems import Problem
from exporter.sources import SOURCES, Sources
from exporter.subscribing import Subscribing
from exporter.webhooks.guard import Allowance, check_endpoint
from exporter.webhooks.signature import new_secret
from monitor.core.fanout import EVERYTHING
from monitor.core.model import DAY, EventKind, Impact, Instant
from monitor.core.subscribing import Key, Scope, Subscription

MOST_PER_KEY = 100
GRACE = DAY  # for which the secret before signs too, unless another one is asked for
LONGEST_GRACE = 30 * DAY
SECRET_BYTES = 32

FAMILIES = dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in EventKind)
EVENTS = (*EventKind, *FAMILIES, EVERYTHING)


async def create(request: web.Request) -> web.Response:
    """201 with the secret, which only this answer and its repetitions show."""
    key, sources = await caller(request, Scope.SUBSCRIPTIONS), request.app[SOURCES]
    subscribing, now = sources.subscribing, sources.clock.now()
    this = await once(request, key)
    async with subscribing.roster.changing:  # also lest two of the same, sent at a time, are both done
        before = await this.answered(subscribing.registry, now) if this else None
        if before is not None:
            return _as_json(before.body, before.status)
        subscription = _new(sources, key, await request.read())
        told = json.dumps(_with_secret(subscription))
        await subscribing.registry.put_subscription(subscription, this.answer(201, told, now) if this else None)
        subscribing.debts.add(subscription)
    return _as_json(told, 201)


async def subscriptions(request: web.Request) -> web.Response:
    """All that the caller sees, oldest first."""
    key = await caller(request, Scope.SUBSCRIPTIONS)
    seen = [each for each in request.app[SOURCES].subscribing.roster if _sees(key, each)]
    return _answer({"subscriptions": [subscription_document(each) for each in seen]})


async def subscription(request: web.Request) -> web.Response:
    return _answer(subscription_document(await named(request)))


async def change(request: web.Request) -> web.Response:
    """200 with the subscription as it is now; `enabled: true` gives a disabled one another chance."""
    chosen, sources = await named(request), request.app[SOURCES]
    read = read_fields(await request.read(), {**_readers(sources), "enabled": _enabled})
    if read.pop("enabled", False):
        read |= {"disabled_at": None, "disabled_because": "", "failing_since": None}
    after = await _amended(sources.subscribing, chosen, lambda before: replace(before, **read))
    return _answer(subscription_document(after))


async def rotate_secret(request: web.Request) -> web.Response:
    """200 with the new secret, which is shown this once; the one before signs beside it for the grace period."""
    chosen, sources = await named(request), request.app[SOURCES]
    read = read_fields(await request.read(), {"grace": lambda value: duration(value, LONGEST_GRACE)})
    secret, until = _new_secret(), sources.clock.now() + read.get("grace", GRACE)
    after = await _amended(
        sources.subscribing,
        chosen,
        lambda before: replace(before, secret=secret, previous_secret=before.secret, previous_until=until),
    )
    return _answer(_with_secret(after))


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
    key, wanted = await caller(request, Scope.SUBSCRIPTIONS), request.match_info["id"]
    found = request.app[SOURCES].subscribing.roster.get(wanted)
    if found is None or not _sees(key, found):
        raise _unknown(wanted)
    return found


def subscription_document(subscription: Subscription, secret: Mapping[str, str] | None = None) -> Document:
    """The secret is left out unless it is given to be shown, which stands where the documentation has it."""
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
        "disabled_at": _timestamp(subscription.disabled_at),
        "disabled_because": subscription.disabled_because,
        "failing_since": _timestamp(subscription.failing_since),
        "previous_secret_until": _timestamp(subscription.previous_until),
    }


def _with_secret(subscription: Subscription) -> Document:
    return subscription_document(subscription, {"secret": subscription.secret})


def _sees(key: Key, subscription: Subscription) -> bool:
    return key is OPERATOR or subscription.key == key.id


def _unknown(subscription: str) -> Problem:
    return Problem(404, f"There is no subscription {subscription!r}.")


def _new(sources: Sources, key: Key, body: bytes) -> Subscription:
    read = read_fields(body, _readers(sources), required=("endpoint", "events"))
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


async def _amended(
    subscribing: Subscribing, chosen: Subscription, change: Callable[[Subscription], Subscription]
) -> Subscription:
    after = await subscribing.roster.amend(chosen.id, change)
    if after is None:  # deleted meanwhile
        raise _unknown(chosen.id)
    return after


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
    found = some_of(value, EVENTS)
    if not found:
        raise ValueError(f"must name at least one of {', '.join(EVENTS)}.")
    return found


def _least_impact(value: object) -> Impact | None:
    return None if value is None else Impact(one_of(value, list(Impact)))


def _enabled(value: object) -> bool:
    if value is not True:
        raise ValueError("can only become true; to end a subscription, delete it.")
    return True


def _timestamp(at: Instant | None) -> str | None:
    return None if at is None else timestamp(at)


def _answer(document: Document) -> web.Response:
    return _as_json(json.dumps(document), 200)


def _as_json(told: str, status: int) -> web.Response:
    return web.Response(status=status, text=told, content_type="application/json")
