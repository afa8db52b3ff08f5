"""Deliveries of a subscription: what became of them, and how to have them again."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from aiohttp import web

from exporter.documents import Document, timestamp
from exporter.fields import instant, read_fields
from exporter.paging import page_of, paged
from exporter.problems import Problem
from exporter.rendering import json_answer
from exporter.sources import SOURCES
from exporter.subscriptions import named
from exporter.webhooks.dispatcher import Busy
from exporter.webhooks.post import OwnTrouble
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Subscription

Came = TypeVar("Came")

RETRY_AFTER = "60"  # seconds
BUSY_FOR = "5"  # seconds


async def deliveries(request: web.Request) -> web.Response:
    """Newest first, each with its attempts; also those that the end of their incident made needless."""
    subscription, outbox = await named(request), request.app[SOURCES].subscribing.outbox
    limit, before = page_of(request.query)
    found = await outbox.deliveries(subscription.id, limit=limit + 1, before=before)
    shown, following = paged(found, limit, lambda entry: (entry[0].created_at, entry[0].id))
    return json_answer({"deliveries": [delivery_document(*entry) for entry in shown], **following})


async def redeliver(request: web.Request) -> web.Response:
    """202: it is owed again."""
    subscription, subscribing = await named(request), request.app[SOURCES].subscribing
    wanted = request.match_info["delivery"]
    delivery = await subscribing.outbox.delivery(wanted)
    if delivery is None or delivery.subscription != subscription.id:
        raise Problem(404, f"There is no delivery {wanted!r} of this subscription.")
    _refuse_disabled(subscription)
    await subscribing.dispatcher.redeliver(delivery)
    return json_answer({"id": delivery.id}, status=202)


async def recover(request: web.Request) -> web.Response:
    """202: all that died since then is owed again."""
    subscription, subscribing = await named(request), request.app[SOURCES].subscribing
    read = read_fields(await request.read(), {"since": instant}, required=("since",))
    _refuse_disabled(subscription)
    recovered = await subscribing.dispatcher.recover(subscription, read["since"])
    return json_answer({"recovered": recovered}, status=202)


async def try_out(request: web.Request) -> web.Response:
    """200 with what the endpoint answered, whatever it was."""
    subscription, subscribing = await named(request), request.app[SOURCES].subscribing
    attempt = await tried("subscription", subscribing.dispatcher.try_out(subscription))
    return json_answer(attempt_document(attempt))


async def tried(what: str, trying: Awaitable[Came]) -> Came:
    """What came of a try on demand; 429 or 503 where it could not be made."""
    try:
        return await trying
    except Busy:
        detail = f"This {what} is being tried out already, or too many others are."
        raise Problem(429, detail, headers={"Retry-After": BUSY_FOR}) from None
    except OwnTrouble:
        detail = "We lack what it takes to send anything just now."
        raise Problem(503, detail, headers={"Retry-After": RETRY_AFTER}) from None


def _refuse_disabled(subscription: Subscription) -> None:
    if not subscription.enabled:
        raise Problem(409, "The subscription is disabled; enable it again first.")


def delivery_document(delivery: Delivery, attempts: Sequence[Attempt]) -> Document:
    return {
        "id": delivery.id,
        "event": delivery.event,
        "type": delivery.kind,
        "incident": delivery.incident,
        "state": delivery.state,
        "created_at": timestamp(delivery.created_at),
        "due_at": timestamp(delivery.due) if delivery.state is DeliveryState.PENDING else None,
        "attempts": [attempt_document(attempt) for attempt in attempts],
    }


def attempt_document(attempt: Attempt) -> Document:
    """The status is null when no answer came; the excerpt then says what kept it from coming."""
    return {
        "at": timestamp(attempt.at),
        "status": attempt.status,
        "duration_ms": attempt.duration_ms,
        "excerpt": attempt.excerpt,
    }
