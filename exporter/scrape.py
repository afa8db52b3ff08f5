"""The endpoint of Prometheus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from exporter.exposition import exposition
from exporter.figures import Figures
from exporter.sources import SOURCES, Sources

logger = logging.getLogger(__name__)

OPENMETRICS = "application/openmetrics-text"


async def scrape(request: web.Request) -> web.Response:
    """Text or OpenMetrics, as the Accept header wants it."""
    sources = request.app[SOURCES]
    encode, content_type = _encoder(request.headers.get("Accept", ""))
    text = exposition(
        sources.board,
        sources.metrics,
        await _figures(sources),
        sources.vitals.degraded,
        openmetrics=content_type.startswith(OPENMETRICS),
    )
    # The registry goes last: in OpenMetrics its text ends with the mark of the end.
    body = text.encode() + encode(sources.metrics.registry)
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", "Vary": "Accept"}
    return web.Response(body=body, headers=headers)


async def _figures(sources: Sources) -> Mapping[str, Figures]:
    try:
        async with asyncio.timeout(sources.patience):
            return await sources.all_figures()
    except Exception as error:
        logger.warning("metrics go without uptimes: %r", error)
        return {}


def _encoder(accept: str) -> tuple[Callable[[CollectorRegistry], bytes], str]:
    try:
        return choose_encoder(accept)
    except TypeError:  # it compares versions without asking whether they are numbers
        return choose_encoder("")
