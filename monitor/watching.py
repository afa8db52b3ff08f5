"""All that watches, put together: what we ask, what reports in by itself, and doubts whether a fault is ours."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable

from exporter.beats import Beats
from exporter.callbacks import Callbacks
from monitor.asking import Asking
from monitor.clock import NANOSECONDS, steady_ns
from monitor.config import Config
from monitor.core.board import Board
from monitor.core.model import Reason, Result, Verdict
from monitor.core.ports import Clock, Tokens
from monitor.core.redaction import Redactor
from monitor.doubts import Doubts, Reference, References, Witness
from monitor.probers.settings import Target
from monitor.probers.targets import awaits_callback, host_of, is_outside, is_proxied

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
        self._known: dict[str, str] = {}  # tokens by probe
        self._redact: Callable[[str], str] = str
        self.callbacks = Callbacks()
        self.beats = Beats(clock, take, lambda text: self._redact(text))
        self.asking = Asking(clock, hear, callbacks=self.callbacks, doubt=self._doubt)
        self._references = References(self._answers, _steady)
        self._doubts = Doubts(board, self._references, self.asking.probers.dates.wrong_by, _steady)

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
        self._doubts.use({probe: _witness(settings.target) for probe, settings in config.probes.items()})
        self._references.use([Reference(host, port) for host, port in config.references])
        if config.public_url is None:
            _warn_of_callbacks(config, base)

    async def run(self) -> None:
        """Listen to our own network for as long as the daemon lives."""
        await self._references.run()

    @property
    def degraded(self) -> set[str]:
        """Why the latest results of probes are unknown, or the next would be, where that is our own doing."""
        latest = self._board.latest.values()
        reasons = {str(result.reason) for result in latest if result.verdict is Verdict.UNKNOWN}
        return reasons | ({str(Reason.OWN_NETWORK)} if self._references.unsettled else set())

    async def close(self) -> None:
        await self._references.close()
        await self.asking.close()

    async def _doubt(self, result: Result) -> Result:
        return await self._doubts.judge(result)

    async def _answers(self, reference: Reference) -> bool:
        return await self.asking.probers.answers(reference.host, reference.port)


def _steady() -> int:
    """Milliseconds that never step."""
    return steady_ns() // NANOSECONDS


def _witness(target: Target) -> Witness:
    if not is_outside(target):
        return Witness.NOTHING
    return Witness.RIGHT_ANSWER if is_proxied(target) else Witness.ANY_ANSWER


def _warn_of_callbacks(config: Config, base: str) -> None:
    """A target on another machine cannot post to an address of ours that only this one knows."""
    for probe, settings in config.probes.items():
        if awaits_callback(settings.target) and host_of(settings.target) not in LOCAL:
            log.warning("%s has its target post to %s, which it may not reach: set server.public_url", probe, base)
