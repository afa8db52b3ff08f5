"""The script that keeps a page up to date while it is open."""

from __future__ import annotations

from aiohttp import web

from exporter.rendering import as_script, respond
from exporter.templating import TEMPLATES

SCRIPT = (TEMPLATES / "live.js").read_bytes()
RENDERING = as_script(SCRIPT)


async def script(request: web.Request) -> web.Response:
    response = respond(request, RENDERING)
    response.headers["Cache-Control"] = "public, no-cache"  # pages and script change together
    return response
