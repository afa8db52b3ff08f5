"""What a stranger may take from us: how many connections, how much time, how large a body."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from operator import itemgetter
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from exporter.headers import SECURITY, SERVER
from exporter.problems import Problem

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for each connection and for all of them; times in seconds."""

    connections: int = 256  # above it the one that idled longest is closed, or the newest if none idles
    listeners: int = 0  # of these connections, those that may be streams
    headers: float = 10.0  # from the first byte of a request to the end of its headers
    body: float = 10.0  # for the body after them
    body_bytes: int = 64 * 1024
    unread: float = 20.0  # for a client that takes nothing of the answer
    idle: float = 75.0  # between requests; longer than the 60 s after which usual proxies let go
    drain: float = 2.0  # for what is still being answered when we stop


KEPT_BACK = 128  # descriptors for probes, deliveries and the store
ASKING = 256  # connections that no listener takes
MOST = 4_096


def within(descriptors: int) -> Limits:
    """The limits of a process that may have so many file descriptors."""
    connections = min(max(descriptors - KEPT_BACK, 16), MOST)
    return Limits(connections=connections, listeners=max(connections - ASKING, 0))


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

    __slots__ = ("_headers_due", "_idle_since", "_limits", "_unread_due", "body_comes", "when_lost")

    def __init__(self, manager: web.Server, limits: Limits) -> None:
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            access_log=cast(logging.Logger, None),  # which is how aiohttp spells "off"
            keepalive_timeout=limits.idle,
            lingering_time=limits.drain,
        )
        self._limits = limits
        self.when_lost: Callable[[], None] = _nobody_to_tell
        self.body_comes = False  # of the request that is being answered: it is not complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        taken = cast(asyncio.Transport, transport)
        self._headers_due = Deadline(self._limits.headers, self.force_close)
        self._unread_due = Deadline(self._limits.unread, taken.abort)
        self._idle_since = asyncio.get_running_loop().time()
        if not self._has_room():
            taken.abort()
            return
        super().connection_made(taken)
        # The least byte that the client does not take counts as unread, also after we closed.
        taken.set_write_buffer_limits(high=0)
        self._headers_due.arm()

    @property
    def idle_since(self) -> float | None:
        """Since when, on the loop's clock, no whole request has come; None while one is being answered."""
        waiting = self._waiter is not None and not self._waiter.done()
        coming = self.body_comes and self.transport is not None  # else it was closed, and has not heard yet
        return self._idle_since if waiting or coming else None

    def _has_room(self) -> bool:
        """Whether there is room for one more, if need be that of another which idles."""
        assert self._manager is not None
        others = self._manager.connections
        if len(others) < self._limits.connections:
            return True
        idle = [(since, other) for other in others if (since := cast(Connection, other).idle_since) is not None]
        if idle:
            min(idle, key=itemgetter(0))[1].force_close()
        return bool(idle)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._headers_due.clear()
        self._unread_due.clear()
        super().connection_lost(exc)
        self.when_lost()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        waiting = self._waiter is not None and not self._waiter.done()
        if waiting:
            self._headers_due.arm()
        else:  # a request is whole, and being answered
            self._headers_due.clear()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        finished = await super().finish_response(request, resp, start_time)
        self._idle_since = asyncio.get_running_loop().time()
        return finished

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


def told_when_lost(request: web.Request, tell: Callable[[], None]) -> None:
    """Have it told when the connection of a request is lost, which an answer that waits would not notice."""
    if isinstance(request.protocol, Connection):
        request.protocol.when_lost = tell


def _nobody_to_tell() -> None:
    pass


def whole_bodies(limits: Limits) -> Middleware:
    """A middleware after which handlers find the body complete, in time and not too large."""

    @web.middleware
    async def read_body(request: web.Request, handler: Handler) -> web.StreamResponse:
        _body_comes(request, True)
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
        _body_comes(request, False)
        return await handler(request)

    return read_body


def _body_comes(request: web.Request, comes: bool) -> None:
    """Until its body is there, a request has not come, and its connection gives way to one that is new."""
    if isinstance(request.protocol, Connection):
        request.protocol.body_comes = comes
