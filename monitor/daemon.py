"""The roof: builds all parts, starts them, reloads the config, and brings everything down in order."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from exporter.connections import within
from exporter.listening import listening
from exporter.metrics import Metrics
from exporter.socketfile import NoSocketFile
from exporter.sources import Page, Sources, Vitals
from exporter.stream.stream import Stream
from monitor import descriptors
from monitor.addresses import Address, not_listening
from monitor.clock import DaemonClock
from monitor.commands.checking import summary
from monitor.config import Config, ConfigError, load
from monitor.core.board import Board
from monitor.core.model import Configured, Instant, Reason, Result, Started, Tick
from monitor.core.ports import Decided, StoreRefused
from monitor.core.recurring import Rule
from monitor.core.redaction import Redactor
from monitor.filewatch import FileWatch
from monitor.journal import write_journal
from monitor.pipeline import Listener, Pipeline
from monitor.planning import Planner
from monitor.scheduler import Scheduler
from monitor.ticker import Ticker
from monitor.upkeep import Upkeep
from monitor.watching import Watching
from monitor.webhooks import Webhooks
from storage import Store

log = logging.getLogger(__name__)

VERSION = version("justkalm-monitor")
RUNS_END_WITHIN = 3.0  # seconds that runs still get when we stop
FAULTS_LOGGED = 20  # of a config that was reloaded; `check` names them all
DRAINED_WITHIN = 5.0  # seconds that results still get to be written down
TRIES_AGAIN = 5.0  # seconds after the store refused to write down the alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    config: Path
    data: Path
    host: str
    port: int
    environ: Mapping[str, str]


class NotListening(Exception):
    """The address to listen on is not to be had; the message says what to do."""


class Daemon:
    """Stands from `start` to `stop`; in between, `run` ends when a part of it dies.

    Args:
        store: opened; it outlives the daemon.
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
        self._metrics = Metrics(VERSION)
        self._vitals = Vitals(store_writable=True)
        self._watch = FileWatch(options.config)
        self._reload_asked = asyncio.Event()
        self._recheck_after: dict[str, int] = {}
        self._unprepared = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stack = AsyncExitStack()

    async def start(self, config: Config) -> None:
        """Write down that we watch again, listen, begin to probe, and answer.

        Raises:
            NotListening: the address is not to be had.
        """
        board, last_alive = await self._store.load(), await self._store.last_alive()
        self._webhooks = await Webhooks.build(self._store, self._clock, board, self._metrics, VERSION)
        self._stack.push_async_callback(self._webhooks.stop)
        self._build(board, config, await self._store.registry.rules())
        await self._prepare(config)  # before the first commit: nothing that it comes to goes untold
        await self._begin(config, last_alive)  # nobody is told of the state of long ago as if it were now
        await self._stream.begin()
        sockets = await self._listen()
        self._use(config)
        await self._webhooks.start()
        self._set_going()
        await self._answer(sockets)
        gc.freeze()  # what stands now stays: no collection need walk it again
        gc.enable()

    def _build(self, board: Board, config: Config, rules: Sequence[Rule]) -> None:
        self._limits = within(descriptors.limit())
        self._stream = Stream(
            self._store, board.component_setup, self._limits.listeners, counted=self._metrics.listening
        )
        self._pipeline = Pipeline(
            board,
            self._store,
            self._clock,
            self._webhooks.debts,
            listeners=(self._pace, self._stream_on, write_journal, *self._listeners),
            committed=self._metrics.committed,
            dropped=self._metrics.dropped,
        )
        self._planner = Planner(
            board, self._clock, self._store.maintenance, self._store.registry, rules, self._pipeline.obeyed
        )
        self._upkeep = Upkeep(self._store, self._clock, config.storage.keep, config.storage.max_size)
        self._watching = Watching(self._clock, board, self._hear, self._take, self._store.registry)
        self._stack.push_async_callback(self._watching.close)
        self._sources = Sources(
            board=board,
            history=self._store,
            clock=self._clock,
            page=_page(config),
            vitals=self._vitals,
            metrics=self._metrics,
            subscribing=self._webhooks.subscribing,
            callbacks=self._watching.callbacks,
            beats=self._watching.beats,
            ask=self._watching.asking.look,
            stream=self._stream,
            obey=self._pipeline.obeyed,
            calendar=self._planner,
        )
        self._scheduler = Scheduler(self._watching.asking.run, self._clock, late=self._metrics.late)

    async def _begin(self, config: Config, last_alive: Instant | None) -> None:
        """Watch by the config from now on, with the maintenance that became known while nobody watched."""
        self._pipeline.offer(Started(self._clock.now(), last_alive))
        self._pipeline.offer(Configured(self._clock.now(), config.setup))
        self._planner.use(config.rules, config.setup)
        for order in await self._planner.due(self._clock.now()):
            self._pipeline.offer(order)
        await self._pipeline.step()

    async def _listen(self) -> list[socket.socket]:
        """Targets may call us back from the first run on: they wait until there is a server to answer."""
        host, port = self._options.host, self._options.port
        try:
            sockets = await listening(host, port)
        except (OSError, UnicodeError) as error:
            raise NotListening(not_listening(Address(host, port), error)) from error
        for each in sockets:
            self._stack.callback(each.close)
        self.address: tuple[str, int] = sockets[0].getsockname()[:2]
        return sockets

    async def _answer(self, sockets: Sequence[socket.socket]) -> None:
        """All that can be answered takes long to import: the first probes do not wait for it."""
        await asyncio.to_thread(importlib.import_module, "exporter.server")
        from exporter.server import Server

        server = Server(self._sources, self._limits)
        self._stack.push_async_callback(server.stop)
        await server.serve(sockets)
        try:
            await server.start_control(self._options.data)
        except NoSocketFile as error:
            log.error("%s; commands cannot reach this daemon", error)  # noqa: TRY400

    def _set_going(self) -> None:
        errands = (self._tell_vitals, self._reload_if_changed)
        ticker = Ticker(self._clock, self._pipeline.offer, lag=self._metrics.lag, errands=errands)
        self._scheduler.start()
        self._go_on("pipeline", self._pipeline.run())
        self._go_on("ticker", ticker.run())
        self._go_on("scheduler", self._scheduler.watch())
        self._go_on("references", self._watching.run())
        self._go_on("stream", self._stream.run())
        self._go_on("planner", self._planner.run())
        self._go_on("reloads", self._reload_when_asked())
        self._go_on("upkeep", self._upkeep.run())
        self._go_on("housekeeping", self._webhooks.housekeeping.run())

    def _go_on(self, name: str, work: Coroutine[None, None, None]) -> None:
        self._tasks[name] = asyncio.create_task(work, name=name)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; raises what a part of the daemon died of."""
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopping, *self._tasks.values()], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done - {stopping}:
            task.result()

    async def stop(self) -> None:
        """Let runs end, write down what they came to, and let go of everything but the store."""
        if self._tasks:
            log.info("stopping")
            await self._scheduler.stop(RUNS_END_WITHIN)
            self._pipeline.offer(Tick(self._clock.now()))
            self._pipeline.close()
            await asyncio.wait([self._tasks["pipeline"]], timeout=DRAINED_WITHIN)
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._stack.aclose()

    # ── config ───────────────────────────────────────────────────────────────────────────────────────

    def reload(self) -> None:
        """Have the config read anew, once however often this is asked meanwhile."""
        self._reload_asked.set()

    def _reload_if_changed(self) -> None:
        if self._watch.changed():
            self.reload()

    async def _reload_when_asked(self) -> None:
        while True:
            await self._reload_asked.wait()
            self._reload_asked.clear()
            self._watch.take()
            await self._reload()

    async def _reload(self) -> None:
        """Read the config anew, beside the loop; one with faults changes nothing."""
        try:
            config = await asyncio.to_thread(load, self._options.config, self._options.environ)
        except ConfigError as error:
            self._metrics.reloaded(ok=False, at=self._clock.now())
            for fault in error.faults[:FAULTS_LOGGED]:
                log.error("%s", fault)  # noqa: TRY400
            log.error("the config was not reloaded, the one before stays in use; faults: %d", len(error.faults))  # noqa: TRY400
            return
        if not await self._prepare(config):
            self._metrics.reloaded(ok=False, at=self._clock.now())
            return
        if config.setup != self._setup:
            self._pipeline.offer(Configured(self._clock.now(), config.setup))
        self._planner.use(config.rules, config.setup)
        self._use(config)
        log.info("the config was reloaded: %s", summary(config))

    async def _prepare(self, config: Config) -> bool:
        """Whether all that the config has us write down first is written down; if not, it is soon read anew."""
        redactor = Redactor(config.secrets)
        self._keep_secret(redactor)
        try:
            await self._webhooks.use(config, redactor)
            await self._watching.prepare(config)
            await self._store.put_page(config.page.name, config.page.timezone)
        except StoreRefused as refusal:
            if not self._unprepared:
                log.error("alerts, heartbeats and page of the config cannot be written down yet: %s", refusal)  # noqa: TRY400
            asyncio.get_running_loop().call_later(TRIES_AGAIN, self.reload)
            self._unprepared = True
            return False
        self._unprepared = False
        return True

    def _use(self, config: Config) -> None:
        self._setup = config.setup
        setups = [probe for component in config.setup.components for probe in component.probes]
        probes = [probe for probe in setups if probe.id in config.probes]  # the others report in by themselves
        latest = {probe: result.started for probe, result in self._pipeline.board.latest.items()}
        self._watching.use(config, _base(Address(*self.address)))
        self._scheduler.replace({probe.id: probe.interval for probe in probes}, latest)
        self._recheck_after = {probe.id: probe.recheck_interval for probe in probes}
        self._upkeep.keep, self._upkeep.max_size = config.storage.keep, config.storage.max_size
        self._sources.page = _page(config)
        self._metrics.forget_others([probe.id for probe in setups])
        self._metrics.reloaded(ok=True, at=self._clock.now())
        self._vitals.configured = True

    # ── results and vitals ───────────────────────────────────────────────────────────────────────────

    def _hear(self, result: Result) -> None:
        self._metrics.seen(result)
        self._pipeline.offer(result)

    async def _take(self, beat: Result) -> None:
        self._metrics.seen(beat)  # it came, whenever it is written down
        await self._pipeline.written(beat)

    def _pace(self, decided: Sequence[Decided]) -> None:
        """A probe is asked again at the recheck interval while a streak is unconfirmed, or our network hides one."""
        for observation, _ in decided:
            if not isinstance(observation, Result):
                continue
            state = self._pipeline.board.probes.get(observation.probe)
            after = self._recheck_after.get(observation.probe)
            if after is None or state is None:
                continue
            if state.streak_since is not None or observation.reason is Reason.OWN_NETWORK:
                self._scheduler.recheck(observation.probe, observation.started + after)

    def _stream_on(self, decided: Sequence[Decided]) -> None:
        if any(step.events for _, step in decided):
            self._stream.look()

    def _tell_vitals(self) -> None:
        refused = self._pipeline.refused is not None
        self._vitals.store_writable = not refused
        own = {"store_refused": refused, "store_full": not self._upkeep.fits}
        self._vitals.degraded = self._watching.degraded | {reason for reason, holds in own.items() if holds}
        self._metrics.held(self._pipeline.held if refused else 0)


def _base(address: Address) -> str:
    """The URL under which our own machine reaches us."""
    everywhere = address.host in ("0.0.0.0", "::")
    return f"http://{Address('127.0.0.1', address.port) if everywhere else address}"


def _page(config: Config) -> Page:
    return Page(config.page.name, config.page.url, config.page.timezone)
