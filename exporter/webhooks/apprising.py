"""One notification by apprise: bounded in time, and never raising for trouble of the receiver."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import time
from concurrent.futures import Future
from threading import Thread

from exporter.webhooks.formats.message import Message
from exporter.webhooks.lack import lack
from exporter.webhooks.post import Answer, OwnTrouble

LIMIT = 15.0  # seconds

TAKEN = 200
MISSING = "apprise is not installed; install justkalm-monitor[apprise]"
UNKNOWN_URL = "apprise does not know what its URL names"
FAILED = "apprise could not deliver it"
STILL_TRYING = "still trying the one before"

SILENCED = ("apprise", "urllib3")  # loggers that tell URLs, which hold tokens

_under_way: set[str] = set()  # URLs, each with a thread of its own


async def notify(message: Message, *, limit: float = LIMIT) -> Answer:
    """Send it once; what takes longer than the limit may still arrive, and until it is over nothing else goes there.

    The status is 200 when it is taken, else None: apprise does not tell what was answered.

    Raises:
        OwnTrouble: we lack what it takes.
    """
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            trouble = STILL_TRYING if message.url in _under_way else await asyncio.wrap_future(_begun(message))
    except TimeoutError:
        trouble = f"not taken within {limit:g} s"
    return Answer(
        status=None if trouble else TAKEN,
        duration_ms=round((time.monotonic() - began) * 1_000),
        excerpt=trouble or "taken",
    )


def _begun(message: Message) -> Future[str]:
    """What will come of it, from a thread that nobody waits for: of one that hangs, an executor would."""
    outcome: Future[str] = Future()
    outcome.set_running_or_notify_cancel()  # who asked may give up; the thread does not hear of it
    _under_way.add(message.url)
    try:
        Thread(target=_settle, args=(message, outcome), name="apprise", daemon=True).start()
    except RuntimeError as error:
        _under_way.discard(message.url)
        raise OwnTrouble("no thread") from error
    return outcome


def _settle(message: Message, outcome: Future[str]) -> None:
    try:
        outcome.set_result(_tried(message))
    except Exception as fault:
        outcome.set_exception(fault)


def _tried(message: Message) -> str:
    try:
        return _notified(message)
    finally:
        _under_way.discard(message.url)


def _notified(message: Message) -> str:
    """What keeps it from being taken; empty when it was. Blocks, and at first takes long to import."""
    for name in SILENCED:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        import apprise
    except ImportError:
        return MISSING
    # One after the other and without a limit of its own: for either it keeps an executor, which hangs with them.
    service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, service_timeout=0))
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
