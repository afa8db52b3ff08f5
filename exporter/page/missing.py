"""What is not there, or not any more."""

from __future__ import annotations

from exporter.page.templates import rendered
from exporter.rendering import Rendering
from exporter.sources import Sources


class Missing(Exception):
    """There is no such page."""


async def missing(sources: Sources) -> Rendering:
    return await rendered("missing", sources)
