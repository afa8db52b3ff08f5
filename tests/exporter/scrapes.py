"""What a scrape brings, and sources in which every family has something to show."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from exporter.sources import Sources, Vitals
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    ComponentState,
    Health,
    Phases,
    ProbeState,
    Result,
    Span,
    Status,
    Stretch,
    Verdict,
)
from tests.builders import NOON, component_setup, incident, result, setup
from tests.exporter.fakes import FakeHistory, sources

PROBE = {"component": "api", "probe": "health"}


async def scraped(client: ClientSession, accept: str = "") -> str:
    async with client.get("/metrics", headers={"Accept": accept}) as response:
        assert response.status == 200
        return await response.text()


async def value(client: ClientSession, name: str, **labels: str) -> float | None:
    """The one sample of this name and these labels; None when there is none."""
    families = text_string_to_metric_families(await scraped(client))
    found = [s.value for family in families for s in family.samples if (s.name, s.labels) == (name, labels)]
    assert len(found) <= 1
    return found[0] if found else None


def busy() -> Sources:
    """Something in every family."""
    told = sources(
        Board(
            setup=setup(component_setup("api"), component_setup("cdn")),
            components={"api": ComponentState(status=Status.DEGRADED, decided=NOON)},
            probes={"api/health": ProbeState(track=(Stretch(NOON, Health.SLOW),))},
            incidents=[incident()],
        ),
        FakeHistory(ledgers={"api": [Span(NOON - DAY, Status.OPERATIONAL)]}),
        vitals=Vitals(configured=True, store_writable=True, degraded={"store_refused"}),
    )
    metrics = told.metrics
    metrics.seen(Result(probe="api/health", started=NOON, at=NOON, verdict=Verdict.FAIL, phases=Phases(resolve=5)))
    metrics.seen(replace(result(), certificate_expires=NOON))
    metrics.committed(0.004, 12)
    metrics.late(0.001)
    metrics.lag(0.002)
    metrics.held(3)
    metrics.dropped(2)
    metrics.reloaded(ok=True, at=NOON)
    return told
