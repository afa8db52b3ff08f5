"""Authentication: tokens by client credentials (RFC 6749), their introspection (RFC 7662), and keys (RFC 7517)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress

from aiohttp import web

CLIENT_ID = "demo-monitor"
CLIENT_SECRET = "demo-secret"
TOKEN_LIFETIME = 3600  # seconds: longer than the story, so that what holds a token need not ask in the midst of it

UNCACHED = {"Cache-Control": "no-store"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="JustKalm"'}


class Auth:
    """Bearer tokens are an expiry and its signature, so that none has to be remembered.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/oauth/token", self._token),
            web.post("/oauth/introspect", self._introspect),
            web.get("/.well-known/jwks.json", self._keys),
        ]

    def issue(self, lifetime: int) -> str:
        """A new token that lives for so many seconds."""
        expires = str(int(self._clock()) + lifetime)
        return f"{expires}.{self._signature(expires)}"

    def active(self, token: str) -> bool:
        """Whether the token is ours and lives."""
        expires, _, signature = token.partition(".")
        ours = hmac.compare_digest(signature.encode(), self._signature(expires).encode())
        return ours and self._clock() < int(expires)

    def _signature(self, expires: str) -> str:
        return hmac.digest(self._key, expires.encode(), "sha256").hex()

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not _is_client(request, form):
            return _refusal(401, "invalid_client")
        if "grant_type" not in form:
            return _refusal(400, "invalid_request")
        if form["grant_type"] != "client_credentials":
            return _refusal(400, "unsupported_grant_type")
        token = {
            "access_token": self.issue(TOKEN_LIFETIME),
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME,
        }
        return web.json_response(token, headers=UNCACHED)

    async def _introspect(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not _is_client(request, form):
            return _refusal(401, "invalid_client")
        if "token" not in form:
            return _refusal(400, "invalid_request")
        return web.json_response({"active": self.active(str(form["token"]))}, headers=UNCACHED)

    async def _keys(self, request: web.Request) -> web.Response:
        """The key is named, and not shown: who knows it can sign."""
        named = hashlib.sha256(self._key).hexdigest()[:16]
        return web.json_response({"keys": [{"kty": "oct", "alg": "HS256", "use": "sig", "kid": named}]})


def _is_client(request: web.Request, form: Mapping[str, object]) -> bool:
    return hmac.compare_digest(_credentials(request, form), f"{CLIENT_ID}:{CLIENT_SECRET}".encode())


def _credentials(request: web.Request, form: Mapping[str, object]) -> bytes:
    """`id:secret` from the Authorization header, or else from the form; empty if malformed."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return f"{form.get('client_id')}:{form.get('client_secret')}".encode()
    with suppress(ValueError):
        return base64.b64decode(encoded, validate=True)
    return b""


def _refusal(status: int, error: str) -> web.Response:
    challenge = CHALLENGE if status == 401 else {}
    return web.json_response({"error": error}, status=status, headers=UNCACHED | challenge)
