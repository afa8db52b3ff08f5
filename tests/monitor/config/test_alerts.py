"""What a right alert becomes."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from monitor.core.model import EventKind, Impact
from monitor.core.subscribing import Alert
from tests.monitor.config.texts import RIGHT, Load, with_alerts

SECRET = "whsec_" + "A" * 32
SLACK = "slack: {url: https://hooks.test/a}"
EMAIL = "host: smtp.test, from: a@a.test, to: [b@b.test]"


def settings_of(loaded: Load, alert: str) -> dict[str, object]:
    (only,) = loaded(with_alerts(alert)).alerts
    return dict(only.settings)


def test_a_file_without_alerts_has_none(loaded: Load) -> None:
    assert loaded(RIGHT).alerts == loaded(f"{RIGHT}alerts: []").alerts == ()


def test_an_alert_that_says_no_more_is_called_like_its_format_and_tells_of_all_incidents(loaded: Load) -> None:
    assert loaded(with_alerts(SLACK)).alerts == (
        Alert(name="slack", format="slack", settings={"url": "https://hooks.test/a"}, events=("incident.*",)),
    )


def test_an_alert_says_what_it_tells_of(loaded: Load) -> None:
    filters = 'name: night\nevents: [component.*, maintenance.started, "*"]\ncomponents: [api]\nleast_impact: major'
    (alert,) = loaded(with_alerts(f"{SLACK}\n{filters}")).alerts
    assert (alert.name, alert.format) == ("night", "slack")
    assert alert.events == ("component.*", "maintenance.started", "*")
    assert (alert.components, alert.least_impact) == (("api",), Impact.MAJOR)


@pytest.mark.parametrize("event", [*EventKind, "incident.*", "component.*", "maintenance.*", "*"])
def test_every_event_and_family_can_be_told_of(loaded: Load, event: str) -> None:
    assert loaded(with_alerts(f"{SLACK}\nevents: ['{event}']")).alerts[0].events == (event,)


@pytest.mark.parametrize("impact", [*Impact])
def test_every_impact_can_be_the_least(loaded: Load, impact: Impact) -> None:
    assert loaded(with_alerts(f"{SLACK}\nleast_impact: {impact}")).alerts[0].least_impact is impact


def test_two_alerts_of_one_format_are_told_apart_by_their_names(loaded: Load) -> None:
    assert [alert.name for alert in loaded(with_alerts(SLACK, f"name: ops\n{SLACK}")).alerts] == ["slack", "ops"]


@pytest.mark.parametrize(
    ("alert", "settings"),
    [
        (
            f"standard: {{url: http://a.test, secret: {SECRET}}}",
            {"url": "http://a.test", "secret": SECRET},
        ),
        ("slack: {url: https://a.test/x/}", {"url": "https://a.test/x/"}),
        ("discord: {url: https://a.test/x}", {"url": "https://a.test/x"}),
        ("teams: {url: 'https://a.test/x?sig=y'}", {"url": "https://a.test/x?sig=y"}),
        ("statuspage: {url: https://a.test/x}", {"url": "https://a.test/x"}),
        ("alertmanager: {url: http://alertmanager:9093/}", {"url": "http://alertmanager:9093"}),
        ("pagerduty: {routing_key: k}", {"routing_key": "k", "url": "https://events.pagerduty.com"}),
        ("pagerduty: {routing_key: k, url: https://eu.test/}", {"routing_key": "k", "url": "https://eu.test"}),
        ("opsgenie: {api_key: k}", {"api_key": "k", "url": "https://api.opsgenie.com"}),
        ("opsgenie: {api_key: k, url: https://eu.test/v2/}", {"api_key": "k", "url": "https://eu.test/v2"}),
        ("apprise: {url: tgram://a/b}", {"url": "tgram://a/b"}),
    ],
)
def test_a_format_gets_its_settings_with_a_base_url_that_ends_without_a_slash(
    loaded: Load, alert: str, settings: dict[str, object]
) -> None:
    assert settings_of(loaded, alert) == settings


def test_mail_is_encrypted_and_sent_by_nobody_in_particular_unless_something_else_is_said(loaded: Load) -> None:
    assert settings_of(loaded, f"email: {{{EMAIL}}}") == {
        "host": "smtp.test",
        "port": 587,
        "security": "starttls",
        "username": "",
        "password": "",
        "sender": "a@a.test",
        "to": ("b@b.test",),
    }


@pytest.mark.parametrize(
    ("security", "port"),
    [
        ("security: starttls", 587),
        ("security: tls", 465),
        ("security: none", 25),
        ("security: tls, port: 2465", 2465),
    ],
)
def test_a_mail_server_is_at_the_port_that_is_usual_for_its_security(loaded: Load, security: str, port: int) -> None:
    assert settings_of(loaded, f"email: {{{EMAIL}, {security}}}")["port"] == port


@pytest.mark.parametrize("host", ["smtp.test", "localhost", "127.0.0.1", '"::1"'])
def test_a_mail_server_is_a_name_or_an_address(loaded: Load, host: str) -> None:
    assert settings_of(loaded, f"email: {{{EMAIL.replace('smtp.test', host)}}}")["host"] == host.strip('"')


@pytest.mark.parametrize("password", ["0123", "1.10", "true", '"a b "'])
def test_a_password_is_taken_as_it_is_written(loaded: Load, password: str) -> None:
    settings = settings_of(loaded, f"email: {{{EMAIL}, username: me, password: {password}}}")
    assert settings["password"] == password.strip('"')


def test_a_key_from_a_variable_may_look_like_a_number(loaded: Load) -> None:
    config = loaded(with_alerts("pagerduty: {routing_key: '${KEY}'}", "opsgenie:\n  api_key: ${KEY}"), {"KEY": "007"})
    assert [alert.settings.get("routing_key", alert.settings.get("api_key")) for alert in config.alerts] == [
        "007"
    ] * 2


@pytest.mark.parametrize(
    ("alert", "key", "secret"),
    [
        ("slack: {url_file: secret}", "url", "https://a.test/b"),
        ("alertmanager: {url_file: secret}", "url", "https://a.test/b"),
        ("pagerduty: {routing_key_file: secret}", "routing_key", "0123"),
        ("opsgenie: {api_key_file: secret}", "api_key", "0123"),
        ("standard: {url: https://a.test, secret_file: secret}", "secret", SECRET),
        (f"email: {{{EMAIL}, username: me, password_file: secret}}", "password", "pass word"),
    ],
)
def test_a_secret_of_an_alert_may_stand_in_a_file(
    loaded: Load, tmp_path: Path, alert: str, key: str, secret: str
) -> None:
    (tmp_path / "secret").write_text(f"{secret}\n")
    assert settings_of(loaded, alert)[key] == secret


@pytest.mark.parametrize("length", [24, 25, 26, 64])
def test_a_signing_secret_is_made_of_24_to_64_bytes(loaded: Load, length: int) -> None:
    secret = f"whsec_{b64encode(bytes(length)).decode()}"
    assert settings_of(loaded, f"standard: {{url: https://a.test/b, secret: {secret}}}")["secret"] == secret
