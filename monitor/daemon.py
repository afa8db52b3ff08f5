"""The roof: builds all parts, starts them, reloads the config, and brings everything down in order."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from exporter.metrics import Metrics
from exporter.server import Server
from exporter.sources import Page, Sources, Vitals
from monitor.asking import Asking
from monitor.checking import summary
from monitor.clock import DaemonClock
from monitor.config import Config, ConfigError, load
from monitor.core.model import Configured, Result, Started, Tick
from monitor.core.ports import Decided
from monitor.core.redaction import Redactor
from monitor.filewatch import FileWatch
from monitor.heartbeat import Heartbeat
from monitor.journal import write_journal
from monitor.pipeline import Listener, Pipeline
from monitor.scheduler import Scheduler
from storage import Store

log = logging.getLogger(__name__)

RUNS_END_WITHIN = 3.0  # seconds that runs still get when we stop
DRAINED_WITHIN = 5.0  # seconds that results still get to be written down


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    config: Path
    data: Path
    host: str
    port: int
    environ: Mapping[str, str]


class Daemon:
    """Stands from `start` to `stop`; in between, `run` ends when a part of it dies.

    Args:
        store: opened; closed by `stop`.
        listeners: hear of every commit, beside our own.
        keep_secret: is given what redacts the secrets of each config that is taken into use.
    """

    def __init__(
        self,
        options: Options,
        store: Store,
        listeners: Sequence[Listener],
        keep_secret: Callable[[Redactor], None],
    ) -> None:
        self._options = options
        self._store = store
        self._listeners = listeners
        self._keep_secret = keep_secret
        self._clock = DaemonClock()
        self._metrics = Metrics(version("justkalm-monitor"))
        self._vitals = Vitals(store_writable=True)
        self._watch = FileWatch(options.config)
        self._recheck_after: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, config: Config) -> None:
        """Listen, and begin to probe.

        Raises:
            OSError: the address is not to be had.
        """
        board, last_alive = await self._store.load(), await self._store.last_alive()
        self._sources = Sources(
            board=board,
            history=self._store,
            clock=self._clock,
            page=Page(config.page.name, config.page.url),
            vitals=self._vitals,
            metrics=self._metrics,
        )
        self._server = Server(self._sources)
        self.address = await self._server.start(self._options.host, self._options.port)
        self._pipeline = Pipeline(
            board,
            self._store,
            self._clock,
            listeners=(self._pace, write_journal, *self._listeners),
            committed=self._metrics.committed,
            dropped=self._metrics.dropped,
        )
        self._asking = Asking(self._clock, self._hear)
        self._scheduler = Scheduler(self._asking.run, self._clock, late=self._metrics.late)
        self._pipeline.offer(Started(self._clock.now(), last_alive))
        self._use(config)
        self._set_going()
        gc.freeze()  # what stands now stays: no collection need walk it again

    def _set_going(self) -> None:
        errands = (self._tell_vitals, self._reload_if_changed)
        heartbeat = Heartbeat(self._clock, self._pipeline.offer, lag=self._metrics.lag, errands=errands)
        self._scheduler.start()
        self._go_on("pipeline", self._pipeline.run())
        self._go_on("heartbeat", heartbeat.run())
        self._go_on("scheduler", self._scheduler.watch())

    def _go_on(self, name: str, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; raises what a part of the daemon died of."""
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopping, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done - {stopping}:
            task.result()

    async def stop(self) -> None:
        """Let runs end, write down what they came to, and let go of everything but the store."""
        await self._scheduler.stop(RUNS_END_WITHIN)
        await self._asking.close()
        self._pipeline.offer(Tick(self._clock.now()))
        self._pipeline.close()
        pipeline, *others = self._tasks
        await asyncio.wait([pipeline], timeout=DRAINED_WITHIN)
        for task in (pipeline, *others):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.stop()

    # ── config ───────────────────────────────────────────────────────────────────────────────────────

    def reload(self) -> None:
        """Read the config anew; one with faults changes nothing."""
        try:
            config = load(self._options.config, self._options.environ)
        except ConfigError as error:
            faults = "\n".join(str(fault) for fault in error.faults)
            log.error("the config was not reloaded, the one before stays in use:\n%s", faults)  # noqa: TRY400
            self._metrics.reloaded(ok=False, at=self._clock.now())
            return
        self._use(config)
        log.info("the config was reloaded: %s", summary(config))

    def _use(self, config: Config) -> None:
        probes = [probe for component in config.setup.components for probe in component.probes]
        latest = {probe: result.started for probe, result in self._pipeline.board.latest.items()}
        self._pipeline.offer(Configured(self._clock.now(), config.setup))
        redactor = Redactor(config.secrets)
        self._keep_secret(redactor)
        self._asking.replace(config.probes, redactor)
        self._scheduler.replace({probe.id: probe.interval for probe in probes}, latest)
        self._recheck_after = {probe.id: probe.recheck_interval for probe in probes}
        self._sources.page = Page(config.page.name, config.page.url)
        self._metrics.forget_others(config.probes.keys())
        self._metrics.reloaded(ok=True, at=self._clock.now())
        self._vitals.configured = True

    def _reload_if_changed(self) -> None:
        if self._watch.changed():
            self.reload()

    # ── results and vitals ───────────────────────────────────────────────────────────────────────────

    def _hear(self, result: Result) -> None:
        self._metrics.seen(result)
        self._pipeline.offer(result)

    def _pace(self, decided: Sequence[Decided]) -> None:
        """While a streak is unconfirmed, its probe is asked again at the recheck interval."""
        for observation, _ in decided:
            if not isinstance(observation, Result):
                continue
            state = self._pipeline.board.probes.get(observation.probe)
            after = self._recheck_after.get(observation.probe)
            if after is not None and state is not None and state.streak_since is not None:
                self._scheduler.recheck(observation.probe, observation.started + after)

    def _tell_vitals(self) -> None:
        refused = self._pipeline.refused is not None
        self._vitals.store_writable = not refused
        self._vitals.degraded = {"store_refused"} if refused else set()
        self._metrics.held(self._pipeline.held if refused else 0)
