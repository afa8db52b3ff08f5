"""All incidents and all maintenance, a page of them at a time."""

from __future__ import annotations

from exporter.page.incidents import incident_view
from exporter.page.past import days_with, newest, place
from exporter.page.templates import rendered
from exporter.paging import DEFAULT, paged
from exporter.rendering import Rendering
from exporter.sources import Sources
from monitor.core.model import IncidentStatus
from monitor.core.ports import Cursor


async def history(sources: Sources, cursor: Cursor | None, nowhere: bool = False) -> Rendering:
    """Those that are over, newest first, from a place on; before the newest of them, the incidents that are open.

    Args:
        nowhere: whether somebody asked for a place that there is not.
    """
    board, timezone, now = sources.board, sources.page.timezone, sources.clock.now()
    found = await newest(sources.history, DEFAULT + 1, now, cursor, IncidentStatus.RESOLVED)
    shown, following = paged(found, DEFAULT, place)
    current = [] if cursor else list(reversed(board.open_incidents()))
    return await rendered(
        "history",
        sources,
        nowhere=nowhere,
        current=[incident_view(board, incident, now, timezone) for incident in current],
        days=days_with(board, shown, now, timezone),
        older=f"/history?cursor={following['next_cursor']}" if following else "",
    )
