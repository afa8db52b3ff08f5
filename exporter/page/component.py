"""The page of one component."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.page.components import component_view, link
from exporter.page.incidents import incident_view
from exporter.page.maintenances import past_views, planned_view
from exporter.page.missing import Missing
from exporter.page.past import BEFORE_ALL_IDS
from exporter.page.probes import chart_view, probe_views
from exporter.page.record import recorded
from exporter.page.response import response_view
from exporter.page.templates import rendered
from exporter.page.words import Moment, at, until
from exporter.rendering import Rendering
from exporter.reporting.words import words
from exporter.sources import Sources
from monitor.core.model import Amendment

MOST_INCIDENTS = 10
MOST_WINDOWS = 100  # of all components, among which those of this one are looked for


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """What people say that a stretch of the ledger really was."""

    since: Moment
    until: Moment
    kind: str
    reason: str


async def component(sources: Sources, name: str) -> Rendering:
    """Raises Missing where there is none of that id."""
    board, timezone = sources.board, sources.page.timezone
    setup = board.component_setup(name)
    if setup is None:
        raise Missing
    figures = await sources.figures(name)
    now = sources.clock.now()
    record = await recorded(sources.history, name, now, timezone)
    response = await response_view(figures.response_time, record)
    chart = await asyncio.to_thread(chart_view, record.slots, record.axis, timezone) if record.slots else None
    incidents = await sources.history.incidents(limit=MOST_INCIDENTS, component=name)
    begun = await sources.history.maintenances(limit=MOST_WINDOWS, before=(now + 1, BEFORE_ALL_IDS))
    return await rendered(
        "component",
        sources,
        component=component_view(board, setup, figures, record, response),
        depends_on=[link(board, each) for each in setup.depends_on],
        chart=chart,
        probes=probe_views(board, setup, timezone),
        incidents=[incident_view(board, incident, now, timezone) for incident in incidents],
        planned=planned_view(board, now, timezone, name),
        past=past_views(board, begun, now, timezone, name),
        amendments=amendment_views(record.amendments, timezone),
    )


def amendment_views(amendments: Sequence[Amendment], timezone: str) -> list[AmendmentView]:
    """The last one first, which holds where they say several things."""
    return [
        AmendmentView(
            at(made.since, timezone), until(made.until, made.since, timezone), words(made.kind), made.reason
        )
        for made in reversed(amendments)
    ]
