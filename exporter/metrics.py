"""What is counted while the daemon runs: of each probe by hand, of ourselves in a registry of our own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from monitor.core.ids import local_name, owner
from monitor.core.model import Instant, Phases, Result, Verdict

LATENCY_BUCKETS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)  # ms, each its upper bound
OWN_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds

ATTEMPTS = ("delivered", "refused", "failed", "gone")  # what a webhook or an alert comes to, each time it is sent

SUCCESS = frozenset({Verdict.PASS, Verdict.SLOW})
UNTIMED = Phases()  # a heartbeat's, say


class Tally:
    """The runs of one probe since we started, and the latest of them."""

    __slots__ = ("_fallen", "labels", "latencies", "latest", "runs")

    def __init__(self, probe: str) -> None:
        self.labels = f'component="{escaped(owner(probe))}",probe="{escaped(local_name(probe))}"'
        self.latest: Result | None = None
        self.runs = dict.fromkeys(Verdict, 0)
        self.latencies = 0  # µs in sum
        self._fallen = [0] * (len(LATENCY_BUCKETS) + 1)  # into each bucket alone; the last has no bound

    @property
    def buckets(self) -> list[int]:
        """How many fell into each bucket or one below it."""
        return list(accumulate(self._fallen))

    def count(self, result: Result) -> None:
        self.latest = result
        self.runs[result.verdict] += 1
        if result.verdict in SUCCESS and result.phases != UNTIMED:
            latency = result.phases.latency
            self.latencies += latency
            self._fallen[bisect_left(LATENCY_BUCKETS, latency / 1_000)] += 1


class Metrics:
    """What the daemon tells the exporter as it goes along. All times are seconds, but for instants.

    Args:
        version: of the daemon, for `justkalm_build_info`.
    """

    def __init__(self, version: str) -> None:
        self.tallies: dict[str, Tally] = {}
        self.registry = CollectorRegistry()
        self._own(version)
        self._config()
        self._webhooks()
        ProcessCollector(registry=self.registry)

    def seen(self, result: Result) -> None:
        """A run came to its end, whether or not the store takes it."""
        self.tally(result.probe).count(result)

    def committed(self, seconds: float, results: int) -> None:
        """A commit took so many seconds and wrote so many results."""
        self._commits.observe(seconds)
        self._results.inc(results)

    def late(self, seconds: float) -> None:
        """A run began this long after its time."""
        self._lateness.observe(seconds)

    def lag(self, seconds: float) -> None:
        """The loop came back this late to a timer of its own."""
        self._lag.observe(seconds)

    def held(self, count: int) -> None:
        """So many results wait in memory for the store."""
        self._held.set(count)

    def dropped(self, count: int) -> None:
        """So many more results were given up because too many waited."""
        self._dropped.inc(count)

    def reloaded(self, ok: bool, at: Instant) -> None:
        """A config was taken into use, or refused; to be called at the start too."""
        self._reload_success.set(ok)
        if ok:
            self._reload_time.set(at / 1_000)

    def attempted(self, outcome: str) -> None:
        """A webhook or an alert was sent, and came to one of ATTEMPTS."""
        self._attempts.labels(outcome).inc()

    def watch_webhooks(
        self, *, pending: Callable[[], int], oldest: Callable[[], float], disabled: Callable[[], int]
    ) -> None:
        """Ask these at every scrape: deliveries owed, seconds that the oldest is owed, subscriptions disabled."""
        self._pending.set_function(pending)
        self._oldest.set_function(oldest)
        self._disabled.set_function(disabled)

    def listening(self, count: int) -> None:
        """So many listen to the stream."""
        self._listeners.set(count)

    def tally(self, probe: str) -> Tally:
        tally = self.tallies.get(probe)
        if tally is None:
            tally = self.tallies[probe] = Tally(probe)
        return tally

    def forget_others(self, probes: Collection[str]) -> None:
        """Keep only the tallies of these probes."""
        for probe in [known for known in self.tallies if known not in probes]:
            del self.tallies[probe]

    def _own(self, version: str) -> None:
        registry = self.registry
        Info("justkalm_build", "The version of the daemon.", registry=registry).info({"version": version})
        self._lag = Histogram(
            "justkalm_loop_lag_seconds",
            "How late the event loop came back to a timer of its own.",
            buckets=OWN_BUCKETS,
            registry=registry,
        )
        self._lateness = Histogram(
            "justkalm_schedule_lateness_seconds",
            "How long after their time runs began.",
            buckets=OWN_BUCKETS,
            registry=registry,
        )
        self._commits = Histogram(
            "justkalm_commit_seconds", "How long commits took.", buckets=OWN_BUCKETS, registry=registry
        )
        self._results = Counter("justkalm_results_committed", "Results written to the store.", registry=registry)
        self._held = Gauge("justkalm_results_held", "Results that wait in memory for the store.", registry=registry)
        self._dropped = Counter(
            "justkalm_results_dropped", "Results given up because too many waited.", registry=registry
        )

        self._listeners = Gauge(
            "justkalm_stream_listeners", "Connections that listen to the stream of events.", registry=registry
        )

    def _config(self) -> None:
        self._reload_success = Gauge(
            "justkalm_config_reload_success",
            "1 when the config was taken into use at the latest attempt, 0 when it was refused.",
            registry=self.registry,
        )
        self._reload_time = Gauge(
            "justkalm_config_last_reload_timestamp_seconds",
            "When the config now in use was loaded.",
            registry=self.registry,
        )

    def _webhooks(self) -> None:
        registry = self.registry
        self._attempts = Counter(
            "justkalm_webhook_attempts",
            "Webhooks and alerts sent: taken, answered otherwise, not answered, or not wanted any more.",
            ["outcome"],
            registry=registry,
        )
        for outcome in ATTEMPTS:
            self._attempts.labels(outcome)
        self._pending = Gauge("justkalm_outbox_pending", "Deliveries that are owed.", registry=registry)
        self._oldest = Gauge(
            "justkalm_outbox_oldest_seconds",
            "How long the oldest delivery is owed, 0 when none is.",
            registry=registry,
        )
        self._disabled = Gauge(
            "justkalm_subscriptions_disabled",
            "Subscriptions that are told nothing: they failed for too long, wanted no more, or lost their key.",
            registry=registry,
        )


def escaped(label: str) -> str:
    """A label value as the text formats want it."""
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
