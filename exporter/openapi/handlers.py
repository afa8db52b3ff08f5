"""The endpoints of the description, which is made when it is first asked for, and when the page has moved."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from aiohttp import web

from exporter.openapi.description import description
from exporter.openapi.docs import POLICY, docs_page
from exporter.openapi.operation import Described
from exporter.rendering import Rendering, as_html, as_json, respond
from exporter.sources import SOURCES


async def programs(request: web.Request) -> web.Response:
    return respond(request, await asyncio.to_thread(_for_programs, request.app[SOURCES].page.url))


async def people(request: web.Request) -> web.Response:
    # To make it takes some 30 ms: on the loop, it would make probes late.
    response = respond(request, await asyncio.to_thread(_for_people, request.app[SOURCES].page.url))
    response.headers["Content-Security-Policy"] = POLICY
    return response


@lru_cache(maxsize=1)
def _for_programs(url: str) -> Rendering:
    return as_json(_described(url))


@lru_cache(maxsize=1)
def _for_people(url: str) -> Rendering:
    return as_html(docs_page(_described(url)))


def _described(url: str) -> Described:
    return description(url.rstrip("/") or "/")
