"""A file that fits the models, as the frozen config."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from monitor.config import alerting, models
from monitor.config.config import Config, Page, Webhooks
from monitor.config.timing import STANDARD
from monitor.config.units import duration
from monitor.core.model import SECOND, ComponentSetup, Duration, ProbeSetup, Setup, Window
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings

# What holds where nothing is written, and where the interval or the timeout allows it.
FAILURES = 3
PASSES = 2
RECHECK = 5 * SECOND
SLOW = SECOND


def build(file: models.File, secrets: Iterable[str]) -> Config:
    """The config that the file describes, with its secrets once each."""
    return Config(
        page=Page(file.page.name, file.page.url),
        setup=Setup(
            components=tuple(_component(name, component, file) for name, component in file.components.items()),
            resolve_after=file.defaults.resolve_after,
            windows=tuple(_window(window) for window in file.maintenance),
        ),
        probes={id: _settings(id, probe, file.defaults) for id, probe in _probes(file)},  # noqa: A001
        webhooks=Webhooks(file.webhooks.allow_http, tuple(file.webhooks.allow_networks)),
        alerts=tuple(alerting.built(alert) for alert in file.alerts),
        trusted_proxies=tuple(file.server.trusted_proxies),
        secrets=tuple(dict.fromkeys(secret for secret in secrets if secret)),
    )


def _probes(file: models.File) -> Iterator[tuple[str, models.Probe]]:
    for name, component in file.components.items():
        for probe, settings in component.probes.items():
            yield f"{name}/{probe}", settings


def _component(name: str, component: models.Component, file: models.File) -> ComponentSetup:
    return ComponentSetup(
        id=name,
        name=component.name or name,
        description=component.description,
        depends_on=tuple(component.depends_on),
        probes=tuple(_setup(f"{name}/{id}", probe, file.defaults) for id, probe in component.probes.items()),  # noqa: A001
    )


def _setup(probe_id: str, probe: models.Probe, defaults: models.Defaults) -> ProbeSetup:
    interval = probe.interval or defaults.interval or duration(STANDARD["interval"])
    return ProbeSetup(
        id=probe_id,
        interval=interval,
        failure_threshold=probe.failure_threshold or defaults.failure_threshold or FAILURES,
        success_threshold=probe.success_threshold or defaults.success_threshold or PASSES,
        recheck_interval=probe.recheck_interval or defaults.recheck_interval or min(RECHECK, interval),
        fingerprint=_fingerprint(_target(probe.http), _expect(probe.expect)),
    )


def _settings(probe_id: str, probe: models.Probe, defaults: models.Defaults) -> ProbeSettings:
    timeout: Duration = probe.timeout or defaults.timeout or duration(STANDARD["timeout"])
    return ProbeSettings(
        id=probe_id,
        target=_target(probe.http),
        expect=_expect(probe.expect),
        timeout=timeout,
        slow_after=probe.slow_after or defaults.slow_after or min(SLOW, timeout // 2),
    )


def _target(http: models.Http) -> HttpTarget:
    has_json = "json_body" in http.model_fields_set  # null is JSON, too
    return HttpTarget(
        url=http.url,
        method=http.method,
        headers=http.headers,
        query=http.query,
        json=json.dumps(http.json_body) if has_json else None,
        form=http.form,
        body=http.body,
        follow_redirects=http.follow_redirects,
        max_body=http.max_body,
    )


def _expect(expect: models.Expect) -> Expect:
    body = expect.body or models.BodyExpectation.model_construct()
    return Expect(
        status=tuple(expect.status),
        json=expect.json_values,
        body_contains=body.contains,
        body_matches=body.matches,
        headers=expect.headers,
        certificate_days=expect.certificate_days,
    )


def _window(window: models.Window) -> Window:
    return Window(
        id=f"mnt_{_digest([window.title, window.components, window.starts])}",
        title=window.title,
        components=tuple(window.components),
        starts=window.starts,
        ends=window.ends,
    )


def _fingerprint(target: HttpTarget, expect: Expect) -> str:
    return _digest([asdict(target), asdict(expect)])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
