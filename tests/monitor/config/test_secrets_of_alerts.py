"""What of an alert a config holds secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.redaction import Redactor
from tests.monitor.config.texts import Load, Refuse, with_alerts

SIGNING = "whsec_" + "A1b2" * 8
EMAIL = "host: smtp.test, from: a@a.test, to: [b@b.test]"
SLACK = "https://hooks.slack.test/services/T0123456/B0123456/abcDEF0123456789abcdefgh"
TEAMS = (
    "https://prod-01.logic.azure.test:443/workflows/0a1b2c3d/triggers/manual/paths/invoke?sp=run&sig=x-Y_z0123456789"
)


@pytest.mark.parametrize(
    ("alert", "secrets"),
    [
        ("pagerduty: {routing_key: abc123}", ("abc123",)),
        ("opsgenie: {api_key: abc123}", ("abc123",)),
        (f"standard: {{url: https://a.test, secret: {SIGNING}}}", (SIGNING,)),
        (f"email: {{{EMAIL}, username: me, password: hush}}", ("hush",)),
        (f"email: {{{EMAIL}}}", ()),
        ("alertmanager: {url: http://alertmanager:9093}", ()),
        ("alertmanager: {url: http://alertmanager:9093/alertmanager/api/v2}", ()),
        ("alertmanager: {url: http://me:hush@alertmanager:9093}", ("me:hush", "hush")),
        (
            "opsgenie: {api_key: abc123, url: https://api.atlassian.com/jsm/ops/integration}",
            ("abc123",),
        ),
        ("pagerduty: {routing_key: abc123, url: https://a.test/0a1b2c3d/}", ("abc123", "0a1b2c3d")),
        ("slack: {url: https://hooks.test/}", ()),
        ("slack: {url: https://hooks.test/api/v2}", ("https://hooks.test/api/v2",)),
        ("slack: {url: 'https://hooks.test/?room=ops'}", ("https://hooks.test/?room=ops",)),
        ("slack: {url: https://hooks.test/post4.cgi}", ("https://hooks.test/post4.cgi",)),
        (
            "discord: {url: https://a.test/abcdefghijklmnopqrst}",
            ("https://a.test/abcdefghijklmnopqrst", "/abcdefghijklmnopqrst", "abcdefghijklmnopqrst"),
        ),
        (
            f"slack: {{url: {SLACK}}}",
            (SLACK, SLACK.removeprefix("https://hooks.slack.test"), "T0123456", "B0123456", SLACK.rpartition("/")[2]),
        ),
        (
            f"teams: {{url: '{TEAMS}'}}",
            (TEAMS, "/workflows/0a1b2c3d/triggers/manual/paths/invoke", "0a1b2c3d", "x-Y_z0123456789"),
        ),
        ("discord: {url: https://a.test/b%2Fc0123456}", ("https://a.test/b%2Fc0123456", "/b/c0123456", "b/c0123456")),
        ("apprise: {url: json://localhost}", ("json://localhost",)),
        (
            "apprise: {url: 'tgram://123456789:abcdefg-0123/channel'}",
            ("tgram://123456789:abcdefg-0123/channel", "abcdefg-0123"),
        ),
        (
            "apprise: {url: 'mailto://me:p%40ss@mail.department.example.com/'}",
            ("mailto://me:p%40ss@mail.department.example.com/", "me:p%40ss", "me:p@ss", "p@ss"),
        ),
        ("apprise: {url: pover://userkey1@t0kenkey}", ("pover://userkey1@t0kenkey", "userkey1", "t0kenkey")),
    ],
)
def test_keys_and_telling_parts_of_urls_are_secret_and_plain_words_are_not(
    loaded: Load, alert: str, secrets: tuple[str, ...]
) -> None:
    assert loaded(with_alerts(alert)).secrets == secrets


def test_a_secret_from_a_file_or_a_variable_is_secret(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{SLACK}\n")
    config = loaded(
        with_alerts("slack: {url_file: url}", "pagerduty: {routing_key: '${PD}'}", "opsgenie: {api_key: '${OG}'}"),
        {"PD": "abc123", "OG": "def456"},
    )
    assert {SLACK, SLACK.rpartition("/")[2], "abc123", "def456"} <= set(config.secrets)


@pytest.mark.parametrize(
    "message",
    [
        f"POST {SLACK} failed",
        "404 for /services/T0123456/B0123456/abcDEF0123456789abcdefgh",
        "no hook %2Fservices%2FT0123456%2FB0123456%2FabcDEF0123456789abcdefgh",
        "abcDEF0123456789abcdefgh is unknown",
    ],
)
def test_no_message_shows_a_webhook(loaded: Load, message: str) -> None:
    redacted = Redactor(loaded(with_alerts(f"slack: {{url: {SLACK}}}")).secrets)(message)
    assert "[redacted]" in redacted
    assert "abcDEF" not in redacted


def test_a_message_still_names_the_host(loaded: Load) -> None:
    redact = Redactor(loaded(with_alerts(f"slack: {{url: {SLACK}}}", f"teams: {{url: '{TEAMS}'}}")).secrets)
    message = "cannot connect to hooks.slack.test:443, nor to prod-01.logic.azure.test:443"
    assert redact(message) == message


@pytest.mark.parametrize(
    "alert",
    [
        "slack: https://hooks.test/s3cret-0123",
        "slakc: {url: https://hooks.test/s3cret-0123}",
        "slack: {url: ftp://hooks.test/s3cret-0123}",
        "slack: {url: 'https://hooks.test/s3cret-0123 x'}",
        "slack: {url: https://s3cret-0123@hooks..test/}",
        "slack: {url: [https://hooks.test/s3cret-0123]}",
        "slack: {url: {a: https://hooks.test/s3cret-0123}}",
        "pagerduty: {routing_key: s3cret-0123 x}",
        "pagerduty: {routing_key: [s3cret-0123]}",
        "pagerduty: [{routing_key: s3cret-0123}]",
        "opsgenie: {apikey: s3cret-0123}",
        "standard: {url: https://a.test/b, secret: s3cret-0123}",
        "standard: {url: https://a.test/b, secret: {s3cret-0123: a}}",
        "apprise: {url: s3cret-0123}",
        f'email: {{{EMAIL}, username: me, password: "s3cret-0123\\n"}}',
        f"email: {{{EMAIL}, password: s3cret-0123}}",
        f"email: {{{EMAIL}, host: ${{SMTP_PASSWORD}}}}",
        "name: ${ROUTING_KEY}\nslack: {url: https://hooks.test/a}\nevents: ['${ROUTING_KEY}']",
    ],
)
def test_no_fault_shows_a_secret_of_an_alert(refused: Refuse, alert: str) -> None:
    environ = dict.fromkeys(("SMTP_PASSWORD", "ROUTING_KEY"), "s3cret-0123")
    assert "s3cret" not in "\n".join(refused(with_alerts(alert), environ))
