"""What the documents of Statuspage's shape are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.documents import UNHEARD
from exporter.sources import Page, Sources
from monitor.core.model import ComponentState, Incident, Instant, Setup, Window

RECENT = 50  # entries of a list; what is not over comes on top of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The page as it is at an instant, apart from the board, which moves on."""

    page: Page
    setup: Setup
    states: Mapping[str, ComponentState]
    open: Sequence[Incident]  # newest first
    recent: Sequence[Incident]  # open or not, newest first
    begun_windows: Sequence[Window]  # latest first
    begun: Mapping[str, Instant]  # when the ledger of a component begins, where it has one
    at: Instant

    def state(self, component: str) -> ComponentState:
        return self.states.get(component, UNHEARD)


async def present_of(sources: Sources) -> Present:
    """The present, what came before it lately, and since when each component is known."""
    board, history, at = sources.board, sources.history, sources.clock.now()
    begun = await _begun(sources)
    recent = await history.incidents(limit=RECENT)
    begun_windows = await history.maintenances(limit=RECENT, before=(at + 1, ""))
    return Present(
        page=sources.page,
        setup=board.setup,
        states=dict(board.components),
        open=board.open_incidents()[::-1],
        recent=recent,
        begun_windows=begun_windows,
        begun=begun,
        at=at,
    )


async def _begun(sources: Sources) -> dict[str, Instant]:
    begun: dict[str, Instant] = {}
    for component in sources.board.setup.components:
        since = await sources.history.begun(component.id)
        if since is not None:
            begun[component.id] = since
    return begun
