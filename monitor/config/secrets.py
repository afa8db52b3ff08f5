"""Which values of a config must never be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from monitor.config import secret_urls, shapes
from monitor.config.probing.secrets import of_probes
from monitor.config.sensitive import named, texts

# What the URL of an alert is, where it is not a webhook's.
_URLS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "pagerduty": secret_urls.of_base,
    "opsgenie": secret_urls.of_base,
    "alertmanager": secret_urls.of_base,
    "apprise": secret_urls.of_apprise,
}


def secrets_in(root: object) -> Iterator[str]:
    """The secrets written into the probes and the alerts, in a config of any shape."""
    yield from of_probes(root)
    yield from _of_alerts(root)


def _of_alerts(root: object) -> Iterator[str]:
    for _, alert in shapes.blocks(root, "alerts"):
        yield from named(alert)
        for format_, settings in alert.items():
            of_url = _URLS.get(format_, secret_urls.of_webhook)
            for url in texts(shapes.mapping(settings).get("url")):
                yield from of_url(url)
