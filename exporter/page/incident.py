"""The page of one incident."""

from __future__ import annotations

from exporter.page.incidents import incident_view
from exporter.page.missing import Missing
from exporter.page.templates import rendered
from exporter.rendering import Rendering
from exporter.sources import Sources


async def incident(sources: Sources, name: str) -> Rendering:
    """Raises Missing where there is none of that id."""
    found = sources.board.incidents.get(name) or await sources.history.incident(name)
    if found is None:
        raise Missing
    view = incident_view(sources.board, found, sources.clock.now(), sources.page.timezone)
    return await rendered("incident", sources, incident=view)
