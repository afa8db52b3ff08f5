"""The dashboard: one page of HTML."""

from __future__ import annotations

from aiohttp import web

TITLE = "JustKalm Dashboard"
PAGE = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{TITLE}</title></head>
<body><h1>{TITLE}</h1><p>Two valuations today.</p></body>
</html>
"""


def routes() -> list[web.RouteDef]:
    return [web.get("/", _page)]


async def _page(request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")
