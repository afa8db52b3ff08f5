"""The probes of a component, and where their time goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.charts.latency import HEIGHT, Axis, stack
from exporter.page.calendar import clock, clock_there
from exporter.page.words import Moment, at, milliseconds
from exporter.reporting.words import words
from monitor.core.board import Board
from monitor.core.ids import local_name
from monitor.core.model import HOUR, PHASES, ComponentSetup, Health, Phases, ProbeSetup
from monitor.core.sketch import Sketch, Slot

LABEL_EVERY = 6 * HOUR
NAMES = {phase: words(phase) for phase in PHASES} | {"tls": "TLS"}


@dataclass(frozen=True, slots=True)
class ProbeView:
    """`said` is what its latest run came to; `checked` is None while nothing was heard of it."""

    name: str
    health: str
    said: str
    latency: str
    checked: Moment | None


@dataclass(frozen=True, slots=True)
class PhaseView:
    """`mean` is over all runs of the day, `path` that of its area in the chart."""

    phase: str
    words: str
    mean: str
    path: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """Phases lowest first; labels of the time axis from left to right, the first with the zone of all."""

    phases: Sequence[PhaseView]
    top: str
    labels: Sequence[str]
    span: int
    height: int


def probe_views(board: Board, component: ComponentSetup, timezone: str) -> list[ProbeView]:
    return [_probe_view(board, probe, timezone) for probe in component.probes]


def chart_view(slots: Sequence[Slot], axis: Axis, timezone: str) -> ChartView:
    drawn, means = stack(slots, axis), Sketch.merged(slot.sketch for slot in slots).means
    ends = axis.since + axis.slots * axis.width
    return ChartView(
        phases=[
            PhaseView(phase, NAMES[phase], milliseconds(getattr(means, phase)), path)
            for phase, path in drawn.areas.items()
        ],
        top=milliseconds(drawn.top),
        labels=[
            clock_there(axis.since, timezone),
            *(clock(instant, timezone) for instant in range(axis.since + LABEL_EVERY, ends, LABEL_EVERY)),
        ],
        span=axis.span,
        height=HEIGHT,
    )


def _probe_view(board: Board, probe: ProbeSetup, timezone: str) -> ProbeView:
    state, latest = board.probes.get(probe.id), board.latest.get(probe.id)
    health = words(state.effective if state else Health.UNKNOWN)
    if latest is None:
        return ProbeView(local_name(probe.id), health, "–", "–", None)
    said = words(latest.verdict if latest.reason is None else f"{latest.verdict}: {latest.reason}")
    latency = "–" if latest.phases == Phases() else milliseconds(latest.phases.latency)
    return ProbeView(local_name(probe.id), health, said, latency, at(latest.at, timezone))
