"""What a stranger may take from us: how many connections, how much time, how large a body."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from exporter.headers import SECURITY, SERVER
from exporter.problems import Problem

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for each connection and for all of them; times in seconds."""

    connections: int = 256  # above it the newest is closed at once
    headers: float = 10.0  # from the first byte of a request to the end of its headers
    body: float = 10.0  # for the body after them
    body_bytes: int = 64 * 1024
    unread: float = 20.0  # for a client that takes nothing of the answer
    idle: float = 75.0  # between requests; longer than the 60 s after which usual proxies let go
    drain: float = 2.0  # for what is still being answered when we stop


class Deadline:
    """Acts unless it is cleared in time."""

    __slots__ = ("_act", "_seconds", "_timer")

    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self._seconds = seconds
        self._act = act
        self._timer: asyncio.TimerHandle | None = None

    def arm(self) -> None:
        """Start to run, unless it runs already."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._act)

    def clear(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Connection(web.RequestHandler):
    """aiohttp's connection, with deadlines that it lacks."""

    __slots__ = ("_headers_due", "_limits", "_unread_due")

    def __init__(self, manager: web.Server, limits: Limits) -> None:
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            access_log=cast(logging.Logger, None),  # which is how aiohttp spells "off"
            keepalive_timeout=limits.idle,
            lingering_time=limits.drain,
        )
        self._limits = limits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        taken = cast(asyncio.Transport, transport)
        self._headers_due = Deadline(self._limits.headers, self.force_close)
        self._unread_due = Deadline(self._limits.unread, taken.abort)
        assert self._manager is not None
        if len(self._manager.connections) >= self._limits.connections:
            taken.abort()
            return
        super().connection_made(taken)
        # The least byte that the client does not take counts as unread, also after we closed.
        taken.set_write_buffer_limits(high=0)
        self._headers_due.arm()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._headers_due.clear()
        self._unread_due.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        waiting = self._waiter is not None and not self._waiter.done()
        if waiting:
            self._headers_due.arm()
        else:  # a request is whole, and being answered
            self._headers_due.clear()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_due.arm()

    def resume_writing(self) -> None:
        self._unread_due.clear()
        super().resume_writing()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is not even HTTP is answered in our own form too, and does not fill the log."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.DEBUG
        logger.log(level, "request from %s failed", request.remote, exc_info=exc)
        response = Problem(status, f"{HTTPStatus(status).description}.").response()
        response.headers.update(SECURITY, Server=SERVER)
        response.force_close()
        return response


def whole_bodies(limits: Limits) -> Middleware:
    """A middleware after which handlers find the body complete, in time and not too large."""

    @web.middleware
    async def read_body(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.can_read_body:
                async with asyncio.timeout(limits.body):
                    await request.read()
        except TimeoutError:
            raise Problem(408, f"The body did not come within {limits.body:g} s.") from None
        except web.HTTPRequestEntityTooLarge:
            raise Problem(413, f"The body is larger than {limits.body_bytes} bytes.") from None
        except web.RequestPayloadError:
            raise Problem(400, "The body is broken.") from None
        return await handler(request)

    return read_body
