"""An incident as the pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from exporter.feeds.timeline import POSTMORTEM, entries
from exporter.page.components import Link, link
from exporter.page.words import IMPACTS, Moment, Sign, at, counted, until
from exporter.reporting.words import duration, words
from monitor.core.board import Board
from monitor.core.model import Incident, Instant, Update


@dataclass(frozen=True, slots=True)
class UpdateView:
    """`by` is the person whose words these are; empty for the machine's."""

    status: str
    message: str
    at: Moment
    by: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Updates newest first, without what was learned when all was over. `ended` is None while the trouble goes on."""

    id: str
    href: str
    title: str
    status: str
    impact: Sign
    affected: Sequence[Link]
    began: Moment
    ended: Moment | None
    lasted: str
    updates: Sequence[UpdateView]
    merged_into: str  # where the one is shown that it was merged into; empty for none
    reopened: str  # "reopened 2 times"; empty for never
    postmortem: UpdateView | None  # the latest; None: nobody wrote one


def incident_view(board: Board, incident: Incident, now: Instant, timezone: str) -> IncidentView:
    newest_first = [(status, _update_view(update, timezone)) for status, update in reversed(entries(incident))]
    return IncidentView(
        id=incident.id,
        href=incident_href(incident.id),
        title=incident.title,
        status=words(incident.status),
        impact=Sign(IMPACTS[incident.impact], f"Impact: {incident.impact}"),
        affected=[link(board, component) for component in incident.components],
        began=at(incident.started_at, timezone),
        ended=None if incident.ended_at is None else until(incident.ended_at, incident.started_at, timezone),
        lasted=duration(max((incident.ended_at or now) - incident.started_at, 0)),
        updates=[update for status, update in newest_first if status != POSTMORTEM],
        merged_into=incident_href(incident.merged_into) if incident.merged_into else "",
        reopened=f"reopened {counted(incident.reopened, 'time')}" if incident.reopened else "",
        postmortem=next((update for status, update in newest_first if status == POSTMORTEM), None),
    )


def incident_href(incident: str) -> str:
    return f"/incidents/{quote(incident, safe='')}"


def _update_view(update: Update, timezone: str) -> UpdateView:
    return UpdateView(words(update.status), update.message, at(update.timestamp, timezone), update.by)
