"""Presents with dull defaults."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.sources import Page
from exporter.statuspage.present import Present
from monitor.core.board import Board
from monitor.core.model import DAY, ComponentState, Incident, Instant, Status, Window
from tests.builders import NOON, component_setup, setup

PAGE = Page("JustKalm", "https://status.justkalm.com")
BEGUN = NOON - 40 * DAY


def state(status: Status, *, decided: Instant = NOON, told: Status | None = None) -> ComponentState:
    return ComponentState(status=status, decided=decided, told=told)


def board(
    *,
    states: Mapping[str, ComponentState] | None = None,
    incidents: tuple[Incident, ...] = (),
    windows: tuple[Window, ...] = (),
) -> Board:
    """Of an API and a CDN that work, as far as nothing else is said."""
    well = {name: state(Status.OPERATIONAL) for name in ("api", "cdn")}
    return Board(
        setup=setup(component_setup("api"), component_setup("cdn"), windows=windows),
        components=well | dict(states or {}),
        incidents=incidents,
    )


def present(
    shown: Board | None = None,
    *,
    begun: Mapping[str, Instant] | None = None,
    recent: tuple[Incident, ...] = (),
    at: Instant = NOON,
) -> Present:
    known = dict.fromkeys(("api", "cdn"), BEGUN) if begun is None else begun
    seen = shown or board()
    return Present(
        page=PAGE,
        setup=seen.setup,
        states=seen.components,
        open=seen.open_incidents()[::-1],
        recent=recent,
        begun_windows=(),
        begun=known,
        at=at,
    )
