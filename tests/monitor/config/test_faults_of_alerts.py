"""A row per fault of an alert: the text, and the exact line it is refused with."""

from __future__ import annotations

import sys

import pytest

from tests.monitor.config.texts import Load, Refuse, with_alerts

FORMATS = "standard, slack, pagerduty, opsgenie, discord, teams, alertmanager, statuspage, email, apprise"
EVENTS = (
    "incident.created, incident.updated, incident.resolved, component.status_changed, maintenance.scheduled, "
    "maintenance.started, maintenance.completed, incident.*, component.*, maintenance.*, *"
)
SLACK = "slack: {url: https://hooks.test/a}"
EMAIL = "host: smtp.test, from: a@a.test, to: [b@b.test]"
NO_SECRET = "this is not a signing secret; write whsec_ and what `openssl rand -base64 32` prints"
NO_URL = "the URL does not begin with http:// or https://"
NO_APPRISE = "this is not an Apprise URL; begin it with a scheme, such as tgram://"
NOT_BELOW = "calls are made below this URL; leave out what begins with ? or #"
MAPPING = "this must be a mapping of keys to values"
BLANK = "this is blank; write something"
CONTROL = "this holds a space, a line break or a control character; remove it"


@pytest.mark.parametrize(
    ("alert", "fault"),
    [
        ("slack", f"7: alerts[0]: {MAPPING}"),
        ("~", "7: alerts[0]: this is empty; write a value, or leave the key out"),
        ("{}", f"7: alerts[0]: this alert has no format; name one of {FORMATS}"),
        ("name: night", f"7: alerts[0]: this alert has no format; name one of {FORMATS}"),
        (
            f"{SLACK}\nteams: {{url: https://a.test/b}}",
            "8: alerts[0].teams: slack is given as well; make this an alert of its own",
        ),
        ("slakc: {url: https://a.test/b}", "7: alerts[0].slakc: unknown key; did you mean slack?"),
        ("xmpp: {url: https://a.test/b}", f"7: alerts[0].xmpp: unknown key; known here: {FORMATS}, name, events"),
        (f"{SLACK}\nnames: night", "8: alerts[0].names: unknown key; did you mean name?"),
        (
            f"{SLACK}\nname: Night",
            "8: alerts[0].name: an id is at most 63 of a-z, 0-9, _ and -, and begins with a letter or digit",
        ),
        (f"{SLACK}\nevents: incident.*", "8: alerts[0].events: this must be a list"),
        (f"{SLACK}\nevents: []", "8: alerts[0].events: this is empty; write at least one"),
        (
            f"{SLACK}\nevents: [incident.open]",
            '8: alerts[0].events[0]: "incident.open" is not an event; did you mean incident.*?',
        ),
        (f"{SLACK}\nevents: [x]", f'8: alerts[0].events[0]: "x" is not an event; known here: {EVENTS}'),
        (f"{SLACK}\nevents: [1]", f"8: alerts[0].events[0]: 1 is not an event; known here: {EVENTS}"),
        (f"{SLACK}\ncomponents: []", "8: alerts[0].components: this is empty; write at least one"),
        (f"{SLACK}\ncomponents: [apo]", "8: alerts[0].components[0]: there is no component apo; did you mean api?"),
        (f"{SLACK}\ncomponents: [api, api]", "8: alerts[0].components[0]: api is named twice; once is enough"),
        (
            f"{SLACK}\nleast_impact: mayor",
            '8: alerts[0].least_impact: "mayor" is not an impact; write one of none, minor, major, critical',
        ),
    ],
)
def test_a_wrong_alert_is_refused(refused: Refuse, alert: str, fault: str) -> None:
    assert refused(with_alerts(alert)) == [f"probes.yaml:{fault}"]


@pytest.mark.parametrize(
    ("alert", "fault"),
    [
        ("slack: https://a.test/b", f"slack: {MAPPING}"),
        ("slack: {}", "slack: url is missing; write it"),
        ("slack: {url: }", "slack.url: this is empty; write a value, or leave the key out"),
        ('slack: {url: ""}', f"slack.url: {BLANK}"),
        ("slack: {url: 5}", f"slack.url: {NO_URL}"),
        ("slack: {url: hooks.test/a}", f"slack.url: {NO_URL}"),
        ("slack: {url: ftp://hooks.test/a}", f"slack.url: {NO_URL}"),
        ("slack: {url: [https://hooks.test/a]}", "slack.url: this must be text"),
        ("slack: {url: https://hooks.test/a, channel: ops}", "slack.channel: unknown key; known here: url"),
        ("slack: {url: '${GONE}'}", "slack.url: the variable GONE is not set; set it, or write ${GONE:-default}"),
        ("slack: {url_file: gone}", "slack.url: gone cannot be read: No such file or directory"),
        (
            "slack: {url_file: gone, url: https://hooks.test/a}",
            "slack.url_file: url is given as well; keep one of the two",
        ),
        ("pagerduty: {}", "pagerduty: routing_key is missing; write it"),
        ("pagerduty: {routing_key: ' '}", f"pagerduty.routing_key: {BLANK}"),
        ("pagerduty: {routing_key: a b}", f"pagerduty.routing_key: {CONTROL}"),
        ('opsgenie: {api_key: "a\\r\\nb"}', f"opsgenie.api_key: {CONTROL}"),
        ("opsgenie: {api_key: k, url: 'https://a.test/?b'}", f"opsgenie.url: {NOT_BELOW}"),
        ("alertmanager: {url: 'http://a.test/#/alerts'}", f"alertmanager.url: {NOT_BELOW}"),
        ("alertmanager: {url: 'alertmanager:9093'}", f"alertmanager.url: {NO_URL}"),
        ("standard: {url: https://a.test/b}", "standard: secret is missing; write it"),
        ("standard: {url: https://a.test/b, secret: hush}", f"standard.secret: {NO_SECRET}"),
        (f"standard: {{url: https://a.test/b, secret: {'A' * 32}}}", f"standard.secret: {NO_SECRET}"),
        (f"standard: {{url: https://a.test/b, secret: whsec_{'A' * 28}}}", f"standard.secret: {NO_SECRET}"),
        (f"standard: {{url: https://a.test/b, secret: whsec_{'A' * 88}}}", f"standard.secret: {NO_SECRET}"),
        (f"standard: {{url: https://a.test/b, secret: whsec_{'ä' * 32}}}", f"standard.secret: {NO_SECRET}"),
        (f"standard: {{url: https://a.test/b, secret: whsec_{'A' * 32}-}}", f"standard.secret: {NO_SECRET}"),
        ("apprise: {url: a.test/b}", f"apprise.url: {NO_APPRISE}"),
        ("apprise: {url: '//a.test/b'}", f"apprise.url: {NO_APPRISE}"),
        ("apprise: {url: 'tgram://'}", f"apprise.url: {NO_APPRISE}"),
        ("apprise: {url: 'tgram://a b'}", f"apprise.url: {CONTROL}"),
    ],
)
def test_a_wrong_setting_of_a_format_is_refused(refused: Refuse, alert: str, fault: str) -> None:
    assert refused(with_alerts(alert)) == [f"probes.yaml:7: alerts[0].{fault}"]


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        (
            "smtp.test",
            "smtp.test:25",
            'host: "smtp.test:25" is not a host name or address; write it like smtp.example.com',
        ),
        ("to:", "port: 65536, to:", "port: 65536 is not a port; write a number from 1 to 65535"),
        ("to:", "port: 0, to:", "port: 0 is too small; write at least 1"),
        (
            "to:",
            "security: ssl, to:",
            'security: "ssl" is no way to secure mail; write one of starttls, tls, none',
        ),
        ("to:", "username: me, to:", "username: password is missing beside it; write both, or neither"),
        ("to:", "password: hush, to:", "password: username is missing beside it; write both, or neither"),
        (
            "to:",
            'username: me, password: "a\\nb", to:',
            "password: a password holds no line break or control character; remove it",
        ),
        (
            "to:",
            "security: none, username: me, password: hush, to:",
            "security: the password would go over the network unencrypted; use starttls or tls",
        ),
        ("to: [b@b.test]", "to: b@b.test", "to: this must be a list"),
        ("to: [b@b.test]", "to: []", "to: this is empty; write at least one"),
        ("from:", "form:", "form: unknown key; did you mean from?"),
        ("from:", "sender:", "sender: unknown key; known here: host, port, security, username, password, from, to"),
    ],
)
def test_a_wrong_setting_of_mail_is_refused(refused: Refuse, right: str, wrong: str, fault: str) -> None:
    faults = refused(with_alerts(f"email: {{{EMAIL.replace(right, wrong)}}}"))
    assert f"probes.yaml:7: alerts[0].email.{fault}" in faults
    assert all("from is missing" in other for other in faults if fault not in other)


def test_a_password_may_stay_on_this_machine_unencrypted(loaded: Load) -> None:
    email = EMAIL.replace("smtp.test", "localhost").replace(
        "to:", "security: none, username: me, password: hush, to:"
    )
    assert loaded(with_alerts(f"email: {{{email}}}")).alerts[0].settings["security"] == "none"


@pytest.mark.parametrize("events", ["[component.status_changed]", "[maintenance.*, component.*]"])
def test_an_impact_without_incidents_is_refused(refused: Refuse, events: str) -> None:
    text = with_alerts(f"{SLACK}\nevents: {events}\nleast_impact: major")
    problem = "only incidents have an impact; remove this, or take incident.*"
    assert [fault.partition("alerts[0].")[2] for fault in refused(text)] == [f"least_impact: {problem}"]


@pytest.mark.parametrize(
    "address",
    [
        "a",
        "a@",
        "a@[",
        "@b.test",
        "a b@b.test",
        "a@b..test",
        "a@b.test ",
        "a@b.test, c@d.test",
        "A <a@b.test>",
        "<a@b.test>",
        "a(x)@b.test",
        "ä@b.test",
        "a@ä.test",
        "a@b.test\\r\\nBcc: c@d.test",
        "a\\0@b.test",
        "",
    ],
)
def test_what_is_not_one_bare_mail_address_is_refused(refused: Refuse, address: str) -> None:
    (sender, to) = refused(with_alerts(f'email: {{host: smtp.test, from: "{address}", to: ["{address}"]}}'))
    problem = "is not a mail address; write it like oncall@example.com"
    assert sender.startswith("probes.yaml:7: alerts[0].email.from: ")
    assert to.startswith("probes.yaml:7: alerts[0].email.to[0]: ")
    assert sender.endswith(problem)
    assert to.endswith(problem)


@pytest.mark.parametrize(
    ("alerts", "fault"),
    [
        ((SLACK, SLACK), "8: alerts[1]: two alerts are called slack; give one a name"),
        (
            (f"name: teams\n{SLACK}", "teams: {url: https://a.test/b}"),
            "9: alerts[1]: two alerts are called teams; give one a name",
        ),
        (
            (f"{SLACK}\nname: ops", f"{SLACK}\nname: ops"),
            "10: alerts[1].name: two alerts are called ops; give one another name",
        ),
    ],
)
def test_two_alerts_of_one_name_are_refused(refused: Refuse, alerts: tuple[str, str], fault: str) -> None:
    assert refused(with_alerts(*alerts)) == [f"probes.yaml:{fault}"]


def test_apprise_must_be_installed_where_it_is_named(refused: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)  # as Python knows what cannot be imported
    assert refused(with_alerts("apprise: {url: tgram://a/b}")) == [
        "probes.yaml:7: alerts[0].apprise: apprise is not installed; install justkalm-monitor[apprise]"
    ]


def test_all_faults_of_the_alerts_come_at_once(refused: Refuse) -> None:
    faults = refused(
        with_alerts(
            "slack: {ulr: https://hooks.test/a}\nevents: [x]",
            "pagerduty: {routing_key: '${GONE}'}\ncomponents: [apo]\nleast_impact: bad",
            "email: {host: a b, username: me, from: a, to: [b]}",
            "{}",
        )
    )
    assert [": ".join(fault.split(": ")[:2]) for fault in faults] == [
        "probes.yaml:7: alerts[0].slack",
        "probes.yaml:7: alerts[0].slack.ulr",
        "probes.yaml:8: alerts[0].events[0]",
        "probes.yaml:9: alerts[1].pagerduty.routing_key",
        "probes.yaml:10: alerts[1].components[0]",
        "probes.yaml:11: alerts[1].least_impact",
        "probes.yaml:12: alerts[2].email.host",
        "probes.yaml:12: alerts[2].email.from",
        "probes.yaml:12: alerts[2].email.to[0]",
        "probes.yaml:12: alerts[2].email.username",
        "probes.yaml:13: alerts[3]",
    ]
