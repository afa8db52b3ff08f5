"""The lines of each family of probes and components, by hand: a thousand probes in a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from exporter.figures import Figures
from exporter.metrics import LATENCY_BUCKETS, Metrics, Tally, escaped
from monitor.core.board import Board
from monitor.core.model import PHASES, Health, Impact, Phases, Result, Status, Verdict


@dataclass(frozen=True, slots=True)
class View:
    """What a scrape shows.

    `known` are the probes whose latest run says something about the target, as labels, that run, and the µs it
    spent in each phase.
    """

    board: Board
    tallies: Mapping[str, Tally]
    known: Sequence[tuple[str, Result, tuple[int | None, ...]]]
    figures: Mapping[str, Figures]  # by component
    degraded: Iterable[str]


# Where a probe has many lines they are one template for all probes: half the time that single lines take.
LABELS = "\0"  # where the labels go; last, since they may hold a percent sign
BOUNDS = (*(str(bound / 1e3) for bound in LATENCY_BUCKETS), "+Inf")

HEALTH = {
    current: "".join(
        f'justkalm_probe_health{{{LABELS},health="{health}"}} {int(health is current)}\n' for health in Health
    )
    for current in Health
}
RUNS = "".join(f'justkalm_probe_runs_total{{{LABELS},verdict="{verdict}"}} %s\n' for verdict in Verdict)
LATENCY = (
    "".join(f'justkalm_probe_latency_seconds_bucket{{{LABELS},le="{bound}"}} %s\n' for bound in BOUNDS)
    + f"justkalm_probe_latency_seconds_sum{{{LABELS}}} %.6f\n"
    + f"justkalm_probe_latency_seconds_count{{{LABELS}}} %s\n"
)

_spent = attrgetter(*PHASES)
UNTIMED = _spent(Phases())  # a heartbeat's, say


def view_of(board: Board, metrics: Metrics, figures: Mapping[str, Figures], degraded: Iterable[str]) -> View:
    """The view of this moment; the metrics forget the probes that left the setup."""
    probes = [probe.id for component in board.setup.components for probe in component.probes]
    tallies = {probe: metrics.tally(probe) for probe in probes}
    metrics.forget_others(tallies)
    latest = [(tally.labels, tally.latest or board.latest.get(probe)) for probe, tally in tallies.items()]
    known = [
        (labels, run, _spent(run.phases))
        for labels, run in latest
        if run is not None and run.verdict is not Verdict.UNKNOWN
    ]
    return View(board, tallies, known, figures, degraded)


def success(view: View) -> Iterator[str]:
    for labels, run, _ in view.known:
        yield f"probe_success{{{labels}}} {int(run.verdict is not Verdict.FAIL)}\n"


def duration(view: View) -> Iterator[str]:
    for labels, _, spent in view.known:
        if spent != UNTIMED:
            yield f"probe_duration_seconds{{{labels}}} {sum(filter(None, spent)) / 1e6:.6f}\n"


def phases(view: View) -> Iterator[str]:
    for position, phase in enumerate(PHASES):
        for labels, _, spent in view.known:
            time = spent[position]
            if time is not None:
                yield f'probe_http_duration_seconds{{{labels},phase="{phase}"}} {time / 1e6:.6f}\n'


def http_status(view: View) -> Iterator[str]:
    for labels, run, _ in view.known:
        if run.http_status is not None:
            yield f"probe_http_status_code{{{labels}}} {run.http_status}\n"


def certificate(view: View) -> Iterator[str]:
    for labels, run, _ in view.known:
        if run.certificate_expires is not None:
            yield f"probe_ssl_earliest_cert_expiry{{{labels}}} {run.certificate_expires / 1e3}\n"


def health(view: View) -> Iterator[str]:
    for probe, tally in view.tallies.items():
        state = view.board.probes.get(probe)
        yield HEALTH[state.effective if state else Health.UNKNOWN].replace(LABELS, tally.labels)


def runs(view: View) -> Iterator[str]:
    for tally in view.tallies.values():
        yield (RUNS % tuple(tally.runs.values())).replace(LABELS, tally.labels)


def latency(view: View) -> Iterator[str]:
    for tally in view.tallies.values():
        counts = tally.buckets
        yield (LATENCY % (*counts, tally.latencies / 1e6, counts[-1])).replace(LABELS, tally.labels)


def component_status(view: View) -> Iterator[str]:
    for component in view.board.setup.components:
        state = view.board.components.get(component.id)
        current = state.status if state else Status.UNKNOWN
        label = escaped(component.id)
        for status in Status:
            value = int(status is current)
            yield f'justkalm_component_status{{component="{label}",status="{status}"}} {value}\n'


def uptime(view: View) -> Iterator[str]:
    for component, figures in view.figures.items():
        label = escaped(component)
        for window, uptime in figures.uptimes.items():
            ratio = uptime.ratio
            if ratio is not None:
                yield f'justkalm_component_uptime_ratio{{component="{label}",window="{window}"}} {ratio}\n'


def incidents_open(view: View) -> Iterator[str]:
    impacts = [incident.impact for incident in view.board.open_incidents()]
    for impact in Impact:
        yield f'justkalm_incidents_open{{impact="{impact}"}} {impacts.count(impact)}\n'


def degraded(view: View) -> Iterator[str]:
    for reason in sorted(view.degraded):
        yield f'justkalm_monitor_degraded{{reason="{escaped(reason)}"}} 1\n'
