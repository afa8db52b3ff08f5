"""A file that fits the models, as the frozen config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.config import alerting, maintenance, models
from monitor.config.config import Config, Page, Storage, Webhooks
from monitor.config.probing.building import probe_settings, probe_setup
from monitor.config.probing.probe import Probe
from monitor.core.model import ComponentSetup, Setup


def build(file: models.File, secrets: Iterable[str]) -> Config:
    """The config that the file describes, with its secrets once each."""
    return Config(
        page=Page(file.page.name, file.page.url, file.page.timezone),
        setup=Setup(
            components=tuple(_component(name, component, file) for name, component in file.components.items()),
            resolve_after=file.defaults.resolve_after,
            windows=tuple(filter(None, map(maintenance.window, file.maintenance))),
        ),
        rules=tuple(filter(None, (maintenance.rule(planned, file.page.timezone) for planned in file.maintenance))),
        probes={
            name: probe_settings(name, probe, file.defaults)
            for name, probe in _probes(file)
            if probe.heartbeat is None
        },
        heartbeats={name: probe.heartbeat.token for name, probe in _probes(file) if probe.heartbeat is not None},
        references=tuple(dict.fromkeys(file.references)),
        webhooks=Webhooks(file.webhooks.allow_http, tuple(file.webhooks.allow_networks)),
        alerts=tuple(alerting.built(alert) for alert in file.alerts),
        trusted_proxies=tuple(file.server.trusted_proxies),
        storage=Storage(file.storage.keep, file.storage.max_size),
        public_url=file.server.public_url,
        secrets=tuple(dict.fromkeys(secret for secret in secrets if secret)),
    )


def _probes(file: models.File) -> Iterator[tuple[str, Probe]]:
    for name, component in file.components.items():
        for probe, settings in component.probes.items():
            yield f"{name}/{probe}", settings


def _component(name: str, component: models.Component, file: models.File) -> ComponentSetup:
    return ComponentSetup(
        id=name,
        name=component.name or name,
        description=component.description,
        depends_on=tuple(component.depends_on),
        probes=tuple(
            probe_setup(f"{name}/{probe_id}", probe, file.defaults) for probe_id, probe in component.probes.items()
        ),
        objective=component.objective,
    )
