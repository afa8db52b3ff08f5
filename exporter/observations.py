"""Hands out what was observed, slice by slice, to whoever replays it in a process of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from aiohttp import web

from exporter import paging
from exporter.documents import Document
from exporter.problems import Problem
from exporter.rendering import json_answer
from exporter.sources import SOURCES
from monitor.core.model import Instant
from monitor.core.subscribing import Subscription

MOST = 5_000  # observations in a slice: SQLite writes as many in some 10 ms, in which nobody else reads
LARGEST = 2**53


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,16}", text) and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"must be a whole number from {least} to {most}.")

    return read


READERS = {"after": _number(0, LARGEST), "limit": _number(1, MOST), "since": _number(0, LARGEST)}


@runtime_checkable
class Recorder(Protocol):
    """A history that remembers what was observed."""

    async def observations_text(self, after: int, limit: int, since: Instant = 0) -> str:
        """At most so many observations after that number, as JSON."""
        ...


async def observations(request: web.Request) -> web.Response:
    """A slice of what was observed; `since`, in ms, leaves earlier results out."""
    history = request.app[SOURCES].history
    if not isinstance(history, Recorder):
        raise Problem(404, "What was observed is not remembered here.")
    asked = paging.read(request.query, READERS)
    text = await history.observations_text(asked.get("after", 0), asked.get("limit", MOST), asked.get("since", 0))
    return json_answer(text)


async def subscribers(request: web.Request) -> web.Response:
    """What those want to know who are told anything; nothing of where and how."""
    roster = request.app[SOURCES].subscribing.roster
    return json_answer({"subscribers": [wish_document(each) for each in roster if each.enabled and not each.test]})


def wish_document(subscription: Subscription) -> Document:
    return {
        "id": subscription.id,
        "events": list(subscription.events),
        "components": list(subscription.components),
        "least_impact": subscription.least_impact,
    }
