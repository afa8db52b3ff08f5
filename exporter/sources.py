"""All that handlers read from, in one place of the application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

from exporter.beats import Beats
from exporter.caching import Cache, Edition
from exporter.callbacks import Callbacks
from exporter.figures import Figures, measure
from exporter.metrics import Metrics
from exporter.problems import Problem
from exporter.rendering import Rendering
from exporter.stream.stream import Stream
from exporter.subscribing import Subscribing
from monitor.core.board import Board
from monitor.core.model import Command, Result, Step
from monitor.core.ports import Calendar, Clock, History

Ask: TypeAlias = Callable[[str], Awaitable[Result]]
Obey: TypeAlias = Callable[[Command], Awaitable[Step]]

MOST_RENDERINGS = 64  # the longest list of incidents takes about 150 KB, a thousand slots of latencies 360 KB
MOST_FIGURES = 10_000  # a few hundred bytes for each component; only configured ones are asked for


@dataclass(frozen=True, slots=True)
class Page:
    """What the status page is called and where the world finds it; the address may be empty.

    Months are those of its time zone (IANA).
    """

    name: str
    url: str = ""
    timezone: str = "UTC"


@dataclass(slots=True)
class Vitals:
    """How the monitor itself is; kept up to date by the daemon.

    `degraded` holds short reasons, which become label values and text: "store_refused", or why results are unknown.
    """

    configured: bool = False
    store_writable: bool = False
    degraded: set[str] = field(default_factory=set)


class Sources:
    """What there is to tell of: the present, the past, ourselves, and what was made of them for this edition.

    Args:
        subscribing: None where nobody may.
        callbacks: None where none are awaited.
        beats: None where nothing reports in.
        ask: runs a probe once, beside its own pace; raises KeyError where there is none of that id. None: nobody may.
        obey: has what a person says decided and written down; raises StoreRefused. None: nobody may say anything.
        calendar: None where nothing recurs.
        stream: None where nobody may listen.
        patience: seconds that metrics wait for the history. They matter most when it hangs.
    """

    def __init__(
        self,
        *,
        board: Board,
        history: History,
        clock: Clock,
        page: Page,
        vitals: Vitals,
        metrics: Metrics,
        subscribing: Subscribing | None = None,
        callbacks: Callbacks | None = None,
        beats: Beats | None = None,
        ask: Ask | None = None,
        obey: Obey | None = None,
        calendar: Calendar | None = None,
        stream: Stream | None = None,
        patience: float = 1.0,
    ) -> None:
        self.board = board
        self.history = history
        self.clock = clock
        self.page = page
        self.vitals = vitals
        self.metrics = metrics
        self.callbacks = callbacks
        self.beats = beats
        self.ask = ask
        self._obey = obey
        self._calendar = calendar
        self._stream = stream
        self.patience = patience
        self.commanding = asyncio.Lock()  # held by whoever changes what they looked at first
        self.reckoning = asyncio.Lock()  # held by whoever reads much, and computes it slice by slice
        self._subscribing = subscribing
        edition = Edition(board, clock)
        self.renderings: Cache[Rendering] = Cache(edition, MOST_RENDERINGS)
        self._figures: Cache[Figures] = Cache(edition, MOST_FIGURES)

    @property
    def subscribing(self) -> Subscribing:
        if self._subscribing is None:
            raise Problem(403, "Nobody may subscribe here.")
        return self._subscribing

    @property
    def obey(self) -> Obey:
        if self._obey is None:
            raise Problem(403, "Nobody may give orders here.")
        return self._obey

    @property
    def calendar(self) -> Calendar:
        if self._calendar is None:
            raise Problem(403, "Nothing recurs here.")
        return self._calendar

    @property
    def stream(self) -> Stream:
        if self._stream is None:
            raise Problem(404, "There is no stream here.")
        return self._stream

    async def figures(self, component: str) -> Figures:
        return await self._figures.get(component, lambda: measure(self.history, component, self.clock.now()))

    async def all_figures(self) -> dict[str, Figures]:
        """The figures of all components that are configured, by id."""
        components = self.board.setup.components
        return {component.id: await self.figures(component.id) for component in components}

    def hang_up(self) -> None:
        """Let those go who listen for as long as we are there."""
        if self._stream is not None:
            self._stream.close()

    async def close(self) -> None:
        await self.renderings.close()
        await self._figures.close()


SOURCES = web.AppKey("sources", Sources)
