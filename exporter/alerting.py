"""Alerts, over the control socket: whom the config has us tell, what became of that, and how to try it out."""

from __future__ import annotations

from aiohttp import web

from exporter.deliveries import attempt_document, delivery_document, tried
from exporter.documents import Document, timestamp_or_none
from exporter.fields import duration, read_fields
from exporter.paging import page_of, paged
from exporter.problems import Problem
from exporter.rendering import json_answer
from exporter.sources import SOURCES
from exporter.subscribing import Subscribing
from exporter.webhooks.housekeeping import KEPT
from exporter.webhooks.retry import Outcome
from exporter.webhooks.sending import Sent
from monitor.core.model import DAY, EventKind
from monitor.core.subscribing import Subscription

RECENT = DAY  # what is owed again unless more or less is asked for


async def alerts(request: web.Request) -> web.Response:
    """In the order of the config; of their settings nothing is shown."""
    subscribing = request.app[SOURCES].subscribing
    shown = [alert_document(subscribing, alert) for alert in subscribing.alerts.subscriptions()]
    return json_answer({"alerts": shown})


async def rehearse(request: web.Request) -> web.Response:
    """200 with what was answered to the opening and to the end of a pretend incident, whatever it was."""
    alert, subscribing = _named(request), request.app[SOURCES].subscribing
    told = await tried("alert", subscribing.dispatcher.rehearse(alert))
    return json_answer({"attempts": [_rehearsed(kind, sent) for kind, sent in told]})


async def recover(request: web.Request) -> web.Response:
    """202: what was given up of incidents that are open is owed again, and of what else happened since then."""
    alert, sources = _named(request), request.app[SOURCES]
    read = read_fields(await request.read(), {"since": lambda value: duration(value, KEPT)})
    since = sources.clock.now() - read.get("since", RECENT)
    return json_answer({"recovered": await sources.subscribing.dispatcher.recover(alert, since)}, status=202)


async def deliveries(request: web.Request) -> web.Response:
    """Newest first, each with its attempts, as of a subscription."""
    alert, outbox = _named(request), request.app[SOURCES].subscribing.outbox
    limit, before = page_of(request.query)
    found = await outbox.deliveries(alert.id, limit=limit + 1, before=before)
    shown, following = paged(found, limit, lambda entry: (entry[0].created_at, entry[0].id))
    return json_answer({"deliveries": [delivery_document(*entry) for entry in shown], **following})


ALERT_ROUTES = (
    ("GET", "/alerts", alerts),
    ("POST", "/alerts/{name}/test", rehearse),
    ("POST", "/alerts/{name}/recover", recover),
    ("GET", "/alerts/{name}/deliveries", deliveries),
)


def alert_document(subscribing: Subscribing, alert: Subscription) -> Document:
    channel = subscribing.alerts.channel(alert.alert or "")
    return {
        "name": alert.alert,
        "format": channel.alert.format if channel is not None else None,
        "events": list(alert.events),
        "components": list(alert.components),
        "least_impact": alert.least_impact,
        "failing_since": timestamp_or_none(alert.failing_since),
        "pending": subscribing.dispatcher.owed(alert.id),
    }


def _rehearsed(kind: EventKind, sent: Sent) -> Document:
    taken = sent.outcome is Outcome.DELIVERED
    return {"type": kind, "taken": taken, **attempt_document(sent.attempt(""))}


def _named(request: web.Request) -> Subscription:
    wanted, known = request.match_info["name"], request.app[SOURCES].subscribing.alerts
    found = known.subscription(wanted)
    if found is None:
        names = ", ".join(alert.alert or "" for alert in known.subscriptions())
        raise Problem(404, f"There is no alert {wanted!r}; there are {names or 'none'}.")
    return found
