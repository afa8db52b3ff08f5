"""The widget: a script with which pages of other sites show the status of a component."""

from __future__ import annotations

from aiohttp import web

from exporter.rendering import as_script, respond
from exporter.templating import TEMPLATES

SCRIPT = (TEMPLATES / "widget.js").read_bytes()
RENDERING = as_script(SCRIPT)

# Any site may embed it, also as one that is isolated from others or that pins its digest.
HEADERS = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}


async def script(request: web.Request) -> web.Response:
    response = respond(request, RENDERING)
    response.headers.update(HEADERS)
    return response
