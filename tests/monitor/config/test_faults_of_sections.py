"""A row per fault of a section: the text, and the exact line it is refused with."""

from __future__ import annotations

import pytest

from tests.monitor.config.texts import RIGHT, Refuse, with_probe_settings, with_sections

PROBE = "components.api.probes.health"
CHOICES = "http, steps, tcp, tls, dns, websocket, grpc, icmp, heartbeat"
SECTIONS = "page, defaults, components, maintenance, alerts, references, webhooks, server, storage"
NO_REFERENCE = "is not a reference; write it like tcp://gateway.internal:443"


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ("page: JustKalm", "6: page: this must be a mapping of keys to values"),
        ("page: {name: 5}", '6: page.name: 5 is not text; write "5"'),
        ("page: {name: ' '}", "6: page.name: this is blank; write something"),
        (
            'page: {name: "a\\nb"}',
            "6: page.name: this holds a line break or control character; keep it to one line",
        ),
        ("page: {url: status}", "6: page.url: the URL does not begin with http:// or https://"),
        (
            "page: {timezone: Europe/Berln}",
            "6: page.timezone: there is no time zone 'Europe/Berln'; did you mean Europe/Berlin?",
        ),
        ("page: {timezone: 1}", '6: page.timezone: 1 is not text; write "1"'),
        ("pages: {}", "6: pages: unknown key; did you mean page?"),
        ("colours: []", f"6: colours: unknown key; known here: {SECTIONS}"),
        ("webhooks: true", "6: webhooks: this must be a mapping of keys to values"),
        ("webhooks: {allow_htpp: true}", "6: webhooks.allow_htpp: unknown key; did you mean allow_http?"),
        ("webhooks: {allow_http: yes}", '6: webhooks.allow_http: "yes" is neither true nor false; write one of them'),
        ("webhooks: {allow_networks: 10.0.0.0/8}", "6: webhooks.allow_networks: this must be a list"),
        (
            "webhooks: {allow_networks: [10.0.0.0/8, localhost]}",
            '6: webhooks.allow_networks[1]: "localhost" is not a network; write it like 10.0.0.0/8 or fd00::/8',
        ),
        (
            "webhooks: {allow_networks: [10]}",
            "6: webhooks.allow_networks[0]: 10 is not a network; write it like 10.0.0.0/8 or fd00::/8",
        ),
        (
            "webhooks: {allow_networks: [10.0.0.0/33]}",
            '6: webhooks.allow_networks[0]: "10.0.0.0/33" is not a network; write it like 10.0.0.0/8 or fd00::/8',
        ),
        (
            "server: {trusted_proxies: [10.1.2.3/8]}",
            "6: server.trusted_proxies[0]: 10.1.2.3/8 is an address within a network; write 10.0.0.0/8",
        ),
        (
            'server: {trusted_proxies: ["fe80::1%eth0"]}',
            '6: server.trusted_proxies[0]: "fe80::1%eth0" is not a network; write it like 10.0.0.0/8 or fd00::/8',
        ),
        ("server: {trusted_proxies: {}}", "6: server.trusted_proxies: this must be a list"),
        ("storage: {keep: 30}", "6: storage.keep: 30 has no unit; write 30s"),
        ("storage: {keep: 1d}", "6: storage.keep: 1d is too short; write at least 2d"),
        ("storage: {keep: 367d}", "6: storage.keep: 367d is out of range; write a duration between 1ms and 366d"),
        (
            "storage: {max_size: 500}",
            "6: storage.max_size: 500 is no size of a database; write a whole number and a unit: 500MB, 2GB",
        ),
        ("storage: {max_size: 5MB}", "6: storage.max_size: 5MB is too small; write at least 50MB"),
        ("storage: {size: 1GB}", "6: storage.size: unknown key; did you mean max_size?"),
        ("server: {listen: x}", "6: server.listen: unknown key; known here: trusted_proxies, public_url"),
        (
            "server: {public_url: monitor.test}",
            "6: server.public_url: the URL does not begin with http:// or https://",
        ),
        (
            "server: {public_url: 'https://monitor.test/?a=b'}",
            "6: server.public_url: calls are made below this URL; leave out what begins with ? or #",
        ),
        ("references: tcp://a.test:443", "6: references: this must be a list"),
        ("references: [a.test:443]", f'6: references[0]: "a.test:443" {NO_REFERENCE}'),
        ("references: [https://a.test:443]", f'6: references[0]: "https://a.test:443" {NO_REFERENCE}'),
        ("references: [tcp://a.test]", f'6: references[0]: "tcp://a.test" {NO_REFERENCE}'),
        ("references: ['tcp://::1:443']", f'6: references[0]: "tcp://::1:443" {NO_REFERENCE}'),
        ("references: [tcp://a.test:65536]", f'6: references[0]: "tcp://a.test:65536" {NO_REFERENCE}'),
        ("references: [443]", f"6: references[0]: 443 {NO_REFERENCE}"),
        (
            "defaults: {interval: 5s}",
            "6: defaults.interval: 5s is shorter than the timeout of 10s; make it at least 10s",
        ),
        ("defaults: {resolve_after: 2}", "6: defaults.resolve_after: 2 has no unit; write 2s"),
        ("maintenance: {}", "6: maintenance: this must be a list"),
        ("maintenance: [5]", "6: maintenance[0]: this must be a mapping of keys to values"),
        ("  web: {}", "6: components.web: probes is missing; write it"),
        ("  web: {probes: {}}", "6: components.web.probes: this is empty; write at least one"),
        ("  web: {probes: {root: {}}}", f"6: components.web.probes.root: write one of {CHOICES}"),
        (
            "  Web: {probes: {root: {http: https://web.test/}}}",
            "6: components.Web: an id is at most 63 of a-z, 0-9, _ and -, and begins with a letter or digit",
        ),
        (
            "  web: {depends_on: [aip], probes: {root: {http: https://web.test/}}}",
            "6: components.web.depends_on[0]: there is no component aip; did you mean api?",
        ),
        (
            "  web: {depends_on: [web], probes: {root: {http: https://web.test/}}}",
            "6: components.web.depends_on[0]: web cannot depend on itself; remove it",
        ),
        (
            "  web: {depends_on: [api, api], probes: {root: {http: https://web.test/}}}",
            "6: components.web.depends_on[0]: api is named twice; once is enough",
        ),
        ("---\ncomponents: {}", "6: a second document begins here; keep one"),
    ],
)
def test_a_wrong_section_is_refused(refused: Refuse, section: str, fault: str) -> None:
    assert refused(with_sections(section)) == [f"probes.yaml:{fault}"]


OBJECTIVE_RANGE = "is out of range; write a number above 0 and below 100, such as 99.9"


@pytest.mark.parametrize(
    ("objective", "problem"),
    [
        ("99.9%", '"99.9%" is not a percentage; write a number such as 99.9'),
        ("true", "true is not a percentage; write a number such as 99.9"),
        ("[99]", "[99] is not a percentage; write a number such as 99.9"),
        ("0", f"0 {OBJECTIVE_RANGE}"),
        ("-1", f"-1 {OBJECTIVE_RANGE}"),
        ("100", f"100 {OBJECTIVE_RANGE}"),
        (".nan", f"nan {OBJECTIVE_RANGE}"),
        (".inf", f"inf {OBJECTIVE_RANGE}"),
    ],
)
def test_a_wrong_objective_is_refused(refused: Refuse, objective: str, problem: str) -> None:
    web = f"  web: {{objective: {objective}, probes: {{root: {{http: https://web.test/}}}}}}"
    assert refused(with_sections(web)) == [f"probes.yaml:6: components.web.objective: {problem}"]


def test_a_circle_of_dependencies_is_named(refused: Refuse) -> None:
    text = """\
components:
  api: {depends_on: [auth], probes: {health: {http: https://api.test/}}}
  auth: {depends_on: [cdn, keys], probes: {health: {http: https://auth.test/}}}
  keys: {depends_on: [api], probes: {health: {http: https://keys.test/}}}
  cdn: {probes: {health: {http: https://cdn.test/}}}
"""
    circle = "api → auth → keys → api is a circle; remove one of these dependencies"
    assert refused(text) == [f"probes.yaml:4: components.keys.depends_on: {circle}"]


def test_defaults_are_blamed_once_for_what_they_do_to_many_probes(refused: Refuse) -> None:
    text = "defaults: {interval: 20s, recheck_interval: 25s}\n" + RIGHT + "      ready: {http: https://api.test/}\n"
    assert refused(text) == [
        "probes.yaml:1: defaults.recheck_interval: 25s is longer than the interval of 20s; make it at most 20s"
    ]


def test_a_probe_is_blamed_for_what_it_does_to_the_defaults(refused: Refuse) -> None:
    text = with_probe_settings("interval: 20s\n") + "defaults: {recheck_interval: 25s}\n"
    assert refused(text) == [
        f"probes.yaml:6: {PROBE}.interval: 20s is shorter than the recheck_interval of 25s; make it at least 25s"
    ]
