"""One notification by apprise: bounded in time, and never raising for trouble of the receiver."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import time

from exporter.webhooks.formats.message import Message
from exporter.webhooks.lack import lack
from exporter.webhooks.post import Answer, OwnTrouble

LIMIT = 15.0  # seconds

TAKEN = 200
MISSING = "apprise is not installed; install justkalm-monitor[apprise]"
UNKNOWN_URL = "apprise does not know what its URL names"
FAILED = "apprise could not deliver it"

SILENCED = ("apprise", "urllib3")  # loggers that tell URLs, which hold tokens


async def notify(message: Message, *, limit: float = LIMIT) -> Answer:
    """Send it once; what takes longer than the limit may still arrive.

    The status is 200 when it is taken, else None: apprise does not tell what was answered.

    Raises:
        OwnTrouble: we lack what it takes.
    """
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            trouble = await asyncio.to_thread(_notified, message)
    except TimeoutError:
        trouble = f"not taken within {limit:g} s"
    return Answer(
        status=None if trouble else TAKEN,
        duration_ms=round((time.monotonic() - began) * 1_000),
        excerpt=trouble or "taken",
    )


def _notified(message: Message) -> str:
    """What keeps it from being taken; empty when it was. Blocks, and at first takes long to import."""
    for name in SILENCED:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        import apprise
    except ImportError:
        return MISSING
    service = apprise.Apprise()
    if not service.add(message.url):
        return UNKNOWN_URL
    said = json.loads(message.body)
    taken = service.notify(
        title=said["title"], body=said["body"], notify_type=said["type"], body_format=apprise.NotifyFormat.TEXT
    )
    if taken:
        return ""
    code = lack()
    if code is not None:
        raise OwnTrouble(errno.errorcode[code])
    return FAILED
