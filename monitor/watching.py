"""All that watches, put together: what we ask, what reports in by itself, and doubts whether a fault is ours."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

from exporter.beats import Beats
from exporter.callbacks import Callbacks
from monitor.asking import Asking
from monitor.config import Config
from monitor.core.board import Board
from monitor.core.model import Result, Verdict
from monitor.core.ports import Clock, Tokens
from monitor.core.redaction import Redactor
from monitor.doubts import Doubts, Reference, References
from monitor.probers.targets import awaits_callback, host_of

log = logging.getLogger(__name__)

TOKEN_BYTES = 24
LOCAL = ("localhost", "127.0.0.1", "::1")


class Watching:
    """Built on the running loop; `use` may be called again with each config.

    Args:
        hear: takes each result of ours as it comes.
        take: has a beat decided, and comes back once it is written down. Raises StoreRefused.
        tokens: those that we made for heartbeats.
    """

    def __init__(
        self,
        clock: Clock,
        board: Board,
        hear: Callable[[Result], None],
        take: Callable[[Result], Awaitable[object]],
        tokens: Tokens,
    ) -> None:
        self._board = board
        self._tokens = tokens
        self._redact: Callable[[str], str] = str
        self.callbacks = Callbacks()
        self.beats = Beats(clock, take, lambda text: self._redact(text))
        self.asking = Asking(clock, hear, callbacks=self.callbacks, doubt=self._doubt)
        self._references = References(self._answers)
        self._doubts = Doubts(board, self._references, self.asking.probers.dates.wrong_by)
        self._proving: asyncio.Task[None] | None = None

    async def prepare(self, config: Config) -> None:
        """Make the tokens that the config lacks.

        Raises:
            StoreRefused: not all of them are written down; to be asked for again.
        """
        made = await self._tokens.heartbeat_tokens()
        for probe, token in config.heartbeats.items():
            if token is None and probe not in made:
                made[probe] = f"hb_{secrets.token_urlsafe(TOKEN_BYTES)}"
                await self._tokens.put_heartbeat_token(probe, made[probe])
        self._known = {probe: token or made[probe] for probe, token in config.heartbeats.items()}

    def use(self, config: Config, base: str) -> None:
        """Watch what the config says, for which all was prepared.

        Args:
            base: the URL under which targets reach us, unless the config says another.
        """
        redactor = Redactor((*config.secrets, *self._known.values()))
        self._redact = redactor
        self.callbacks.base = config.public_url or base
        self.beats.use(self._known)
        self.asking.replace(config.probes, redactor)
        self._doubts.use({probe: host_of(settings.target) for probe, settings in config.probes.items()})
        if config.public_url is None:
            _warn_of_callbacks(config, base)
        self._prove([Reference(host, port) for host, port in config.references])

    @property
    def degraded(self) -> set[str]:
        """Why the latest results of probes are unknown, where that is our own doing."""
        latest = self._board.latest.values()
        return {str(result.reason) for result in latest if result.verdict is Verdict.UNKNOWN}

    async def close(self) -> None:
        if self._proving is not None:
            self._proving.cancel()
            with suppress(asyncio.CancelledError):
                await self._proving
        await self._references.close()
        await self.asking.close()

    async def _doubt(self, result: Result) -> Result:
        return await self._doubts.judge(result)

    async def _answers(self, reference: Reference) -> bool:
        return await self.asking.probers.answers(reference.host, reference.port)

    def _prove(self, named: list[Reference]) -> None:
        """Ask the references whether they answer at all, beside everything else."""
        if self._proving is not None:
            self._proving.cancel()
        self._proving = asyncio.create_task(self._references.use(named))


def _warn_of_callbacks(config: Config, base: str) -> None:
    """A target on another machine cannot post to an address of ours that only this one knows."""
    for probe, settings in config.probes.items():
        if awaits_callback(settings.target) and host_of(settings.target) not in LOCAL:
            log.warning("%s has its target post to %s, which it may not reach: set server.public_url", probe, base)
