"""Headers that every answer bears, and those that let other sites' pages read the API."""

from __future__ import annotations

from aiohttp import web

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

SERVER = "justkalm-monitor"  # in place of aiohttp's, which tells versions

API = "/api/"
# Take a key, or are one: for no cache, and for no page of another site.
PRIVATE = ("/api/v1/subscriptions", "/callbacks", "/heartbeats")
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Add what is missing, just before an answer goes out."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = SERVER
    if is_private(request):
        response.headers["Cache-Control"] = "no-store"
    elif request.path.startswith(API):
        response.headers.update(CORS)


def is_private(request: web.Request) -> bool:
    return any(request.path == private or request.path.startswith(f"{private}/") for private in PRIVATE)


def preflight(request: web.Request, allowed: str) -> web.Response:
    """The answer to OPTIONS, which browsers ask before they let a page of another site call the API."""
    response = web.Response(status=204, headers={"Allow": allowed})
    if request.path.startswith(API) and not is_private(request):
        response.headers["Access-Control-Allow-Methods"] = allowed
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
