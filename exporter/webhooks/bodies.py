"""The bodies of events: made once, and the same bytes for every receiver and every attempt."""

from __future__ import annotations

import asyncio

from exporter.webhooks.payload import ComponentOf, document_of, payload
from monitor.core.ports import Outbox

KEPT = 256  # of at most 20,000 bytes each


class Bodies:
    """Bodies by event, the latest used kept.

    Args:
        component_of: the component of an id; None when it is watched no more.
    """

    def __init__(self, outbox: Outbox, component_of: ComponentOf) -> None:
        self._outbox = outbox
        self._component_of = component_of
        self._kept: dict[str, bytes] = {}  # the latest used last
        self._making = asyncio.Lock()

    async def of(self, event: str) -> bytes:
        """The body that tells of an event, by its id.

        Raises:
            KeyError: there is no such event.
        """
        async with self._making:
            body = self._kept.pop(event, None)
            if body is None:
                told = await self._outbox.told(event)
                body = payload(told, document_of(told, self._component_of))
            self._kept[event] = body
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
            return body
