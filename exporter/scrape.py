"""The endpoint of Prometheus."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from exporter.exposition import exposition
from exporter.figures import Figures
from exporter.negotiation import takes_gzip
from exporter.sources import SOURCES, Sources

logger = logging.getLogger(__name__)

OPENMETRICS = "application/openmetrics-text"
GZIP = 31  # zlib's name for it
LEVEL = 1  # makes it a twentieth; the usual level takes five times as long for little more


async def scrape(request: web.Request) -> web.Response:
    """Text or OpenMetrics, as the Accept header wants it, packed for who takes it so."""
    sources = request.app[SOURCES]
    encode, content_type = _encoder(request.headers.get("Accept", ""))
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding"}
    slices = _slices(sources, await _figures(sources), encode, openmetrics=content_type.startswith(OPENMETRICS))
    if takes_gzip(request.headers.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "gzip"
        slices = _packed(slices)
    return web.Response(body=await gathered(slices), headers=headers)


def _slices(
    sources: Sources,
    figures: Mapping[str, Figures],
    encode: Callable[[CollectorRegistry], bytes],
    *,
    openmetrics: bool,
) -> Iterator[bytes]:
    degraded = sources.vitals.degraded
    for text in exposition(sources.board, sources.metrics, figures, degraded, openmetrics=openmetrics):
        yield text.encode()
    yield encode(sources.metrics.registry)  # last: in OpenMetrics its text ends with the mark of the end


def _packed(slices: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=GZIP)
    for text in slices:
        yield packer.compress(text)
    yield packer.flush()


async def gathered(slices: Iterable[bytes]) -> bytearray:
    """All slices; others have their turn in between, since no probe is to start late for a scrape."""
    body = bytearray()
    for some in slices:
        body += some
        await asyncio.sleep(0)
    return body


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
