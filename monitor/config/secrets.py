"""Which values of a config must never be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from monitor.config import secret_urls, shapes
from monitor.config.sensitive import is_sensitive

_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})

# What the URL of an alert is, where it is not a webhook's.
_URLS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "pagerduty": secret_urls.of_base,
    "opsgenie": secret_urls.of_base,
    "alertmanager": secret_urls.of_base,
    "apprise": secret_urls.of_apprise,
}


def secrets_in(root: object) -> Iterator[str]:
    """The secrets written into the probes' requests and the alerts, in a config of any shape."""
    yield from _of_probes(root)
    yield from _of_alerts(root)


def _of_probes(root: object) -> Iterator[str]:
    for _, probe in shapes.probes(root):
        request = shapes.http(probe)
        url = request.get("url")
        if isinstance(url, str):
            yield from secret_urls.credentials(url)
        yield from _of_headers(request.get("headers"))
        for part in ("headers", "query", "form", "json"):
            yield from _named(request.get(part))


def _of_alerts(root: object) -> Iterator[str]:
    for _, alert in shapes.alerts(root):
        yield from _named(alert)
        for format_, settings in alert.items():
            of_url = _URLS.get(format_, secret_urls.of_webhook)
            for url in _texts(shapes.mapping(settings).get("url")):
                yield from of_url(url)


def _of_headers(headers: object) -> Iterator[str]:
    for name, value in shapes.mapping(headers).items():
        if name.lower() in _HEADERS and isinstance(value, str):
            yield value
            _, _, credentials = value.partition(" ")  # "Bearer x": x alone is one, too
            if name.lower().endswith("authorization") and credentials:
                yield credentials.strip()


def _named(value: object) -> Iterator[str]:
    """All that stands under a sensitive key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner) if is_sensitive(key) else _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)
