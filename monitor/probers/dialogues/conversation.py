"""A connection on which both sides speak in turns."""

from __future__ import annotations

import asyncio
import codecs
import re
import ssl
from dataclasses import replace
from typing import cast

from monitor.core.model import Reason
from monitor.probers.dialogues.one_hop import MissedError
from monitor.probers.dialogues.turns import Turns
from monitor.probers.judging.failures import BrokenError, Failure
from monitor.probers.wire.connecting import as_aiohttp
from monitor.probers.wire.phases import Hop

MOST_HEARD = 65_536  # characters of one turn


class Conversation(asyncio.Protocol):
    """Remembers what came since the last turn. Bytes that are no text become U+FFFD.

    Attributes:
        turns: when each turn began and ended.
        heard: what came since the last one.
    """

    def __init__(self, hop: Hop) -> None:
        self.turns = Turns(hop)
        self.heard = ""
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._awaited: re.Pattern[str] | None = None
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._over = False
        self._error: Exception | None = None

    # ── our turn ─────────────────────────────────────────────────────────────────────────────────────

    async def send(self, words: str) -> None:
        """Say something; what was heard before cannot be the answer to it, and is forgotten."""
        self.heard, self._awaited = "", None
        self._transport.write(words.encode())
        await self._writable.wait()

    async def encrypt(self, context: ssl.SSLContext, host: str, port: int) -> None:
        """Go on encrypted. What came before that is not believed any more.

        Raises:
            aiohttp.ClientConnectorError: as aiohttp does.
            MissedError, BrokenError: as `hear`.
        """
        self.heard, self._awaited = "", None
        self.turns.interrupt()
        if self._over:  # asyncio would wait for a handshake on a connection that is gone
            raise self._broken_off()
        with as_aiohttp(host, port):
            secured = await asyncio.get_running_loop().start_tls(self._transport, self, context, server_hostname=host)
        self._use(cast(asyncio.Transport, secured))

    # ── their turn ───────────────────────────────────────────────────────────────────────────────────

    async def hear(self, pattern: re.Pattern[str]) -> None:
        """Wait until a pattern is found in what they say; what follows it is kept for the next to be found.

        Raises:
            MissedError: it will not be.
            BrokenError: the connection broke.
        """
        self._awaited = pattern
        while (found := pattern.search(self.heard)) is None:
            if len(self.heard) == MOST_HEARD:
                detail = f"the answer does not match {pattern.pattern} in its first {MOST_HEARD} characters"
                raise MissedError(Failure(Reason.TOO_LARGE, detail, phase="body"))
            if self._over:
                raise self._broken_off()
            self._news.clear()
            await self._news.wait()
        self.heard, self._awaited = self.heard[found.end() :], None
        self.turns.end()

    def amiss(self) -> Failure | None:
        """What is wrong with what was heard until we wait no longer; None when nothing was."""
        return replace(_mismatch(self._awaited), timed_out=True) if self._awaited and self.heard else None

    def close(self) -> None:
        """What they did not take until now is dropped."""
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    def _broken_off(self) -> Exception:
        """The connection is over, and what was awaited has not come."""
        if self._error is not None:
            broken = BrokenError(str(self._error))
            broken.__cause__ = self._error
            return broken
        if not self.heard:
            return MissedError(Failure(Reason.RESET, "connection closed without an answer"))
        if not self.heard.endswith("\n"):
            return MissedError(Failure(Reason.TRUNCATED, "connection closed in the middle of the answer"))
        assert self._awaited is not None
        return MissedError(_mismatch(self._awaited))

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        """None while the conversation is in the clear."""
        return cast(ssl.SSLObject | None, self._transport.get_extra_info("ssl_object"))

    # ── what asyncio calls ───────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._use(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        self.heard = (self.heard + self._decode(data))[:MOST_HEARD]
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._over, self._error = True, exc
        self._news.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _use(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(0)  # so that nothing is called sent before the kernel has it
        self._writable.set()


def _mismatch(pattern: re.Pattern[str]) -> Failure:
    return Failure(Reason.BODY, f"the answer does not match {pattern.pattern}", phase="assertion")
