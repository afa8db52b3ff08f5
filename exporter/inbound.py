"""What comes in by itself: callbacks of targets, and beats of jobs, each at a secret URL."""

from __future__ import annotations

import re

from aiohttp import web

from exporter.problems import RETRY_AFTER, Problem
from exporter.sources import SOURCES
from monitor.core.ports import StoreRefused

EXIT_CODE = re.compile("[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]")


async def callback(request: web.Request) -> web.Response:
    """204, whatever was posted: that it arrived is all there is to know."""
    callbacks = request.app[SOURCES].callbacks
    if callbacks is None or not callbacks.arrive(request.match_info["token"]):
        raise Problem(404, "Nobody waits for this callback, or does any more.")
    return web.Response(status=204)


async def beat(request: web.Request) -> web.Response:
    """204, once it is written down. The last part of the path says what it is: start, fail, an exit code, or none."""
    beats, signal = request.app[SOURCES].beats, request.match_info.get("signal", "0")
    probe = beats.probe(request.match_info["token"]) if beats is not None else None
    if beats is None or probe is None:
        raise Problem(404, "There is no heartbeat with this token.")
    if signal == "start":
        beats.begin(probe)
        return web.Response(status=204)
    try:
        await beats.end(probe, _fault(signal), await request.read())
    except (TimeoutError, StoreRefused):
        detail = "The beat came, but it is not written down yet; send it again, in case we stop before it is."
        raise Problem(503, detail, headers={"Retry-After": RETRY_AFTER}) from None
    return web.Response(status=204)


def _fault(signal: str) -> str | None:
    """What a signal says is wrong, if anything."""
    if signal == "fail":
        return "it reported a failure"
    if EXIT_CODE.fullmatch(signal):
        return None if signal == "0" else f"it ended with exit code {signal}"
    raise Problem(404, "A heartbeat knows /start, /fail, exit codes from /0 to /255, and nothing after its token.")
