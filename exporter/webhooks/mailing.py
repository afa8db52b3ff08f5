"""One mail: bounded in time, sent once, and never raising for trouble of the server."""

from __future__ import annotations

import time

from exporter.webhooks.formats.message import Message
from exporter.webhooks.post import Answer

LIMIT = 15.0  # seconds until it is taken


async def mail(message: Message, *, limit: float = LIMIT) -> Answer:
    """Send it once, on a connection of its own.

    The status is 250 when nobody is left whom another attempt may reach, the server's reply when it refuses for good
    what the mail says, and None of all that another attempt may change.

    Raises:
        OwnTrouble: we lack what it takes; the server heard nothing.
    """
    from exporter.webhooks.smtp import sent  # not earlier: it costs nothing to who sends no mail

    began = time.monotonic()
    status, excerpt = await sent(message, limit)
    return Answer(status=status, duration_ms=round((time.monotonic() - began) * 1_000), excerpt=excerpt)
