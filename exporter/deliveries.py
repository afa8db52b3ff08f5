"""Deliveries of a subscription: what became of them, and how to have them again."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from exporter.documents import Document, timestamp
from exporter.fields import instant, read_fields
from exporter.paging import cursor_text, page_of
from exporter.problems import Problem
from exporter.sources import SOURCES
from exporter.subscriptions import named
from exporter.webhooks.post import OwnTrouble
from monitor.core.subscribing import Attempt, Delivery, Subscription

RETRY_AFTER = "60"  # seconds


async def deliveries(request: web.Request) -> web.Response:
    """Newest first, each with its attempts; also those that the end of their incident made needless."""
    subscription, outbox = await named(request), request.app[SOURCES].subscribing.outbox
    limit, before = page_of(request.query)
    found = await outbox.deliveries(subscription.id, limit=limit + 1, before=before)  # one more tells of a next page
    shown, rest = found[:limit], found[limit:]
    document: Document = {"deliveries": [delivery_document(delivery, attempts) for delivery, attempts in shown]}
    if rest:
        last, _ = shown[-1]
        document["next_cursor"] = cursor_text((last.created_at, last.id))
    return web.json_response(document)


async def redeliver(request: web.Request) -> web.Response:
    """202: it is owed again."""
    subscription, subscribing = await named(request), request.app[SOURCES].subscribing
    wanted = request.match_info["delivery"]
    delivery = await subscribing.outbox.delivery(wanted)
    if delivery is None or delivery.subscription != subscription.id:
        raise Problem(404, f"There is no delivery {wanted!r} of this subscription.")
    _refuse_disabled(subscription)
    await subscribing.dispatcher.redeliver(delivery)
    return web.json_response({"id": delivery.id}, status=202)


async def recover(request: web.Request) -> web.Response:
    """202: all that died since then is owed again."""
    subscription, subscribing = await named(request), request.app[SOURCES].subscribing
    read = read_fields(await request.read(), {"since": instant}, required=("since",))
    _refuse_disabled(subscription)
    recovered = await subscribing.dispatcher.recover(subscription, read["since"])
    return web.json_response({"recovered": recovered}, status=202)


async def try_out(request: web.Request) -> web.Response:
    """200 with what the endpoint answered, whatever it was."""
    subscription, subscribing = await named(request), request.app[SOURCES].subscribing
    try:
        attempt = await subscribing.dispatcher.try_out(subscription)
    except OwnTrouble:
        detail = "We lack what it takes to send anything just now."
        raise Problem(503, detail, headers={"Retry-After": RETRY_AFTER}) from None
    return web.json_response(attempt_document(attempt))


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
        "due_at": timestamp(delivery.due),
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
