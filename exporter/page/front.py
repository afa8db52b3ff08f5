"""The front page: how all is now, what is planned, and how the past was."""

from __future__ import annotations

from datetime import date

from exporter.page.components import ComponentView, component_view
from exporter.page.incidents import incident_view
from exporter.page.maintenances import planned_view
from exporter.page.past import MOST_SHOWN, latest_days, newest
from exporter.page.record import recorded, unwatched
from exporter.page.response import response_view
from exporter.page.templates import rendered
from exporter.page.words import updated_at
from exporter.paging import cursor_text
from exporter.rendering import Rendering
from exporter.sources import Sources


async def front(sources: Sources) -> Rendering:
    components, dark = await _components(sources)
    now, board, timezone = sources.clock.now(), sources.board, sources.page.timezone
    found = await newest(sources.history, MOST_SHOWN + 1, now)
    days, place = latest_days(board, found, now, timezone, dark)
    return await rendered(
        "page",
        sources,
        updated=updated_at(board, timezone),
        current=[incident_view(board, incident, now, timezone) for incident in reversed(board.open_incidents())],
        planned=planned_view(board, now, timezone),
        components=components,
        days=days,
        older=f"/history?cursor={cursor_text(place)}",
    )


async def _components(sources: Sources) -> tuple[list[ComponentView], set[date]]:
    """As they are shown, and the days on which none of them was observed."""
    views, records = [], []
    for component in sources.board.setup.components:
        figures = await sources.figures(component.id)
        record = await recorded(sources.history, component.id, sources.clock.now(), sources.page.timezone)
        response = await response_view(figures.response_time, record)
        views.append(component_view(sources.board, component, figures, record, response))
        records.append(record)
    return views, unwatched(records)
