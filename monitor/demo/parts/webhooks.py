"""Event delivery: takes an event as JSON and accepts it."""

from __future__ import annotations

import secrets

from aiohttp import web


def routes() -> list[web.RouteDef]:
    return [web.post("/deliveries", _accept)]


async def _accept(request: web.Request) -> web.Response:
    try:
        await request.json()
    except ValueError:
        return web.json_response({"error": "not JSON"}, status=400)
    return web.json_response({"id": f"dlv_{secrets.token_hex(8)}", "status": "accepted"}, status=202)
