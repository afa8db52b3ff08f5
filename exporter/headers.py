"""Headers that every answer bears, and those that let pages of other sites read what is public."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

SERVER = "justkalm-monitor"  # in place of aiohttp's, which tells versions

# Take a key, or are one: for no cache, and for no page of another site.
PRIVATE = ("/api/v1/subscriptions", "/callbacks", "/heartbeats")
# For those who run us; everything else is public.
INNER = ("/metrics", "/livez", "/readyz")

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
PUBLIC = {**SECURITY, "Server": SERVER, **CORS}

PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Add what is missing, just before an answer goes out."""
    headers = response.headers
    if headers["Server"] == SERVER:  # dressed when it was rendered; else aiohttp has named itself by now
        return
    for name, value in SECURITY.items():
        headers.setdefault(name, value)
    headers["Server"] = SERVER
    if is_private(request):
        headers["Cache-Control"] = "no-store"
    elif is_public(request):
        headers.update(CORS)


def is_private(request: web.Request) -> bool:
    return _is_under(request.path, PRIVATE)


def is_public(request: web.Request) -> bool:
    return not _is_under(request.path, (*PRIVATE, *INNER))


def _is_under(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def preflight(request: web.Request, allowed: str) -> web.Response:
    """The answer to OPTIONS, which browsers ask before they let a page of another site ask for more than a GET."""
    response = web.Response(status=204, headers={"Allow": allowed})
    if is_public(request):
        response.headers.update(PREFLIGHT, **{"Access-Control-Allow-Methods": allowed})
    return response
