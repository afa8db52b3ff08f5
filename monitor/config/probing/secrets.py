"""Which values of probes must never be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote_plus

from monitor.config import shapes
from monitor.config.secret_urls import credentials
from monitor.config.sensitive import named
from monitor.probers.steps.templates import VARIABLE

_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


def of_probes(root: object) -> Iterator[str]:
    for place, request in shapes.requests(root):
        found = (
            *_of_request(request),
            *_of_auth(shapes.mapping(request.get("auth"))),
            *_of_url(request.get("proxy")),
        )
        # What holds a variable of a step is not known yet.
        yield from (secret for secret in found if place[4] != "steps" or not VARIABLE.search(secret))
    for _, probe in shapes.probes(root):
        yield from _of_request(shapes.long_form(probe.get("websocket"), "url"))
        yield from named(probe.get("heartbeat"))


def _of_request(request: Mapping[str, object]) -> Iterator[str]:
    yield from _of_url(request.get("url"))
    yield from _of_headers(request.get("headers"))
    for part in ("headers", "query", "form", "json"):
        yield from named(request.get(part))


def _of_auth(auth: Mapping[str, object]) -> Iterator[str]:
    """Of ids and secrets also the pair, which Redactor finds in base64, too."""
    basic, oauth2 = shapes.mapping(auth.get("basic")), shapes.mapping(auth.get("oauth2"))
    yield from _of_url(oauth2.get("token_url"))
    for secret in (auth.get("bearer"), basic.get("password"), oauth2.get("client_secret")):
        if isinstance(secret, str):
            yield secret
    yield from _pair(basic.get("username"), basic.get("password"))
    client, secret = oauth2.get("client_id"), oauth2.get("client_secret")
    if isinstance(client, str) and isinstance(secret, str):
        yield from _pair(quote_plus(client), quote_plus(secret))


def _pair(name: object, secret: object) -> Iterator[str]:
    if isinstance(name, str) and isinstance(secret, str):
        yield f"{name}:{secret}"


def _of_url(url: object) -> Iterator[str]:
    if isinstance(url, str):
        yield from credentials(url)


def _of_headers(headers: object) -> Iterator[str]:
    for name, value in shapes.mapping(headers).items():
        if name.lower() in _HEADERS and isinstance(value, str):
            yield value
            _, _, credentials = value.partition(" ")  # "Bearer x": x alone is one, too
            if name.lower().endswith("authorization") and credentials:
                yield credentials.strip()
