"""When a probe has become another one."""

from __future__ import annotations

import pytest

from tests.monitor.config.texts import RIGHT, Load, with_probe, with_probe_settings, with_request, with_steps


def fingerprint_of(loaded: Load, text: str) -> str:
    return loaded(text).setup.components[0].probes[0].fingerprint


@pytest.mark.parametrize(
    ("text", "fingerprint"),
    [
        (RIGHT, "68f85d463f47b3ff"),
        (
            with_probe("http: {method: POST, url: 'https://api.test/t', form: {a: b}}"),
            "b791abc269449685",
        ),
        (
            with_probe(
                "http:\n"
                "  {method: POST, url: 'https://api.test/t?a=1', headers: {x-a: b}, query: {p: 1},\n"
                "   json: {b: [1, null], a: ü}, follow_redirects: false, max_body: 512KiB}\n"
                "expect:\n"
                "  {status: [200, 3xx], json: {$.a: {gt: 0}}, body: {contains: x, matches: y}, headers: {x-a: b},\n"
                "   certificate_days: 14}\n"
            ),
            "f1bb3ce6b8e32765",
        ),
    ],
)
def test_a_request_that_says_nothing_new_keeps_its_fingerprint_over_an_upgrade(
    loaded: Load, text: str, fingerprint: str
) -> None:
    assert fingerprint_of(loaded, text) == fingerprint


@pytest.mark.parametrize(
    ("settings", "same"),
    [
        ("failure_threshold: 9", True),
        ("interval: 1m", True),
        ("timeout: 9s", True),
        ("expect: {status: 2xx}", True),
        ("expect: {status: 200}", False),
        ("expect: {json: {$.a: 1}}", False),
    ],
)
def test_a_fingerprint_is_of_target_and_expectation_alone(loaded: Load, settings: str, same: bool) -> None:
    before, after = (fingerprint_of(loaded, text) for text in (RIGHT, with_probe_settings(settings)))
    assert (before == after) is same


def test_a_fingerprint_does_not_depend_on_how_the_target_is_spelled(loaded: Load) -> None:
    short, long = (fingerprint_of(loaded, text) for text in (RIGHT, with_request("method: GET\ntls: {}")))
    assert short == long


def test_a_fingerprint_does_not_depend_on_the_order_of_headers(loaded: Load) -> None:
    one, other = (
        fingerprint_of(loaded, with_request(f"headers: {headers}")) for headers in ("{a: x, b: y}", "{b: y, a: x}")
    )
    assert one == other


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http: https://api.test/", "http: {url: 'https://api.test/', auth: {bearer: abc}}"),
        ("http: https://api.test/", "http: {url: 'https://api.test/', proxy: 'http://proxy.test:3128'}"),
        ("tcp: api.test:443", "tls: api.test:443"),
        ("tcp: api.test:443", "grpc: api.test:443"),
        ("tls: api.test:443", "tls: {address: 'api.test:443', minimum_version: 1.3}"),
        ("tls: api.test:443", "tls: api.test:443\nexpect: {certificate_days: 3}"),
        ("dns: api.test", "icmp: api.test"),
        ("dns: api.test", "dns: {name: api.test, answers: [192.0.2.1]}"),
        ("tcp: {address: 'api.test:25', expect: 220}", "tcp: {address: 'api.test:25', expect: 221}"),
        ("websocket: wss://api.test/", "websocket: {url: 'wss://api.test/', send: hello}"),
        ("http: https://api.test/", "heartbeat: {every: 1h}"),
    ],
)
def test_another_question_is_another_probe(loaded: Load, before: str, after: str) -> None:
    assert fingerprint_of(loaded, with_probe(before)) != fingerprint_of(loaded, with_probe(after))


def test_another_step_is_another_probe(loaded: Load) -> None:
    step = "{name: login, http: https://api.test/login, expect: {status: 200}}"
    texts = (with_steps(step), with_steps(step.replace("200", "201")), with_steps(step, step.replace("login", "use")))
    assert len({fingerprint_of(loaded, text) for text in texts}) == 3


def test_a_heartbeat_stays_the_same_whatever_its_times_and_token(loaded: Load) -> None:
    one, other = (
        fingerprint_of(loaded, with_probe(f"heartbeat: {settings}"))
        for settings in ("{every: 1h}", "{every: 2h, grace: 1m, token: 0123456789abcdef}")
    )
    assert one == other
