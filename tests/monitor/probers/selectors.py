"""What a loop looks after."""

from __future__ import annotations

import asyncio


def watched_by(loop: asyncio.AbstractEventLoop) -> set[int]:
    """The descriptors it waits for."""
    return set(loop._selector.get_map())  # type: ignore[attr-defined]
