"""The families of probes and components as text.

It is right in both formats, Prometheus 0.0.4 and OpenMetrics 1.0; they differ in the headers of counters only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from exporter import samples
from exporter.figures import Figures
from exporter.metrics import Metrics
from exporter.samples import View
from monitor.core.board import Board

SLICE = 100  # samples; all of a thousand probes in one go would hold up the loop for 20 ms


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics of one name. The samples are whole lines."""

    name: str
    kind: str
    help: str
    samples: Callable[[View], Iterable[str]]

    def slices(self, view: View, openmetrics: bool) -> Iterator[str]:
        """The text of the family, a bounded amount of work at a time."""
        # OpenMetrics names a counter without the suffix that its samples bear.
        name = self.name.removesuffix("_total") if openmetrics and self.kind == "counter" else self.name
        yield f"# HELP {name} {self.help}\n# TYPE {name} {self.kind}\n"
        samples = iter(self.samples(view))
        while some := "".join(islice(samples, SLICE)):
            yield some


def exposition(
    board: Board,
    metrics: Metrics,
    figures: Mapping[str, Figures],
    degraded: Iterable[str],
    *,
    openmetrics: bool,
) -> Iterator[str]:
    """The text of all families in the table below, in slices, without the mark of the end that OpenMetrics wants.

    The board may move between two slices; what one family says of one probe is always of one moment.
    """
    view = samples.view_of(board, metrics, figures, degraded)
    for family in FAMILIES:
        yield from family.slices(view, openmetrics)


FAMILIES = (
    Family(
        "probe_success",
        "gauge",
        "1 when the latest run passed or was slow, 0 when it failed; absent when the fault was ours.",
        samples.success,
    ),
    Family(
        "probe_duration_seconds",
        "gauge",
        "Latency of the latest run: the sum of its phases.",
        samples.duration,
    ),
    Family(
        "probe_http_duration_seconds",
        "gauge",
        "Latency of the latest run by phase; absent for a phase that was not reached.",
        samples.phases,
    ),
    Family(
        "probe_http_status_code",
        "gauge",
        "HTTP status of the latest run; absent when there was no answer.",
        samples.http_status,
    ),
    Family(
        "probe_ssl_earliest_cert_expiry",
        "gauge",
        "When the certificate seen in the latest run expires, as a Unix time.",
        samples.certificate,
    ),
    Family(
        "justkalm_probe_health",
        "gauge",
        "1 for the health that the probe has after its thresholds, 0 for the others.",
        samples.health,
    ),
    Family(
        "justkalm_probe_runs_total",
        "counter",
        "Runs by verdict since the start.",
        samples.runs,
    ),
    Family(
        "justkalm_probe_latency_seconds",
        "histogram",
        "Latency of the runs that passed or were slow.",
        samples.latency,
    ),
    Family(
        "justkalm_component_status",
        "gauge",
        "1 for the status that the component has, 0 for the others.",
        samples.component_status,
    ),
    Family(
        "justkalm_component_uptime_ratio",
        "gauge",
        "Uptime over a rolling window; absent when nothing in it was observed.",
        samples.uptime,
    ),
    Family(
        "justkalm_incidents_open",
        "gauge",
        "Open incidents by impact.",
        samples.incidents_open,
    ),
    Family(
        "justkalm_monitor_degraded",
        "gauge",
        "1 for each reason for which the monitor itself works less well than it should.",
        samples.degraded,
    ),
)
