"""A row per fault of what a probe asks: the text, and the exact line it is refused with."""

from __future__ import annotations

import sys

import pytest

from tests.monitor.config.texts import Load, Refuse, with_probe, with_request

PROBE = "components.api.probes.health"
CHOICES = "http, steps, tcp, tls, dns, websocket, grpc, icmp, heartbeat"
RECORDS = "A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT"
ONE_WAY = "a probe asks in one way"
MAPPING = "this must be a mapping of keys to values"
NO_ADDRESS = "is not a host and a port; write it like mail.example.com:25"
NO_RESOLVER = "is not the address of a resolver; write it like 192.0.2.53 or 192.0.2.53:5353"
NO_VERSION = "is not a version of TLS that we speak; write 1.2 or 1.3"
NO_HOST = "is not a host name or address; write it like"
NO_PROXY = "a proxy is a host and a port; write it like http://proxy.example.com:3128"
NO_PATTERN = "is not a regular expression: nothing to repeat at position 0"
SPACE = "this holds a space, a line break or a control character; remove it"
ONLY_TLS = "a certificate is watched only over TLS"
ONE_PROOF = "a request proves in one way who asks"


@pytest.mark.parametrize(
    ("probe", "fault"),
    [
        ("htpp: https://api.test/", ".htpp: unknown key; did you mean http?"),
        ("{http: https://api.test/, tcp: 'api.test:25'}", f".tcp: http and tcp are both given; {ONE_WAY}"),
        ("{dns: api.test, heartbeat: {every: 1h}}", f".heartbeat: dns and heartbeat are both given; {ONE_WAY}"),
        (
            "{steps: [{name: a, http: https://api.test/}], icmp: a}",
            f".icmp: steps and icmp are both given; {ONE_WAY}",
        ),
        ("tcp: api.test", f'.tcp: "api.test" {NO_ADDRESS}'),
        ("tcp: api.test:0", f'.tcp: "api.test:0" {NO_ADDRESS}'),
        ("tcp: api.test:65536", f'.tcp: "api.test:65536" {NO_ADDRESS}'),
        ("tcp: api.test:smtp", f'.tcp: "api.test:smtp" {NO_ADDRESS}'),
        ("tcp: '::1:25'", f'.tcp: "::1:25" {NO_ADDRESS}'),
        ("tcp: '[api.test]:25'", f'.tcp: "[api.test]:25" {NO_ADDRESS}'),
        ("tcp: tcp://api.test:25", f'.tcp: "tcp://api.test:25" {NO_ADDRESS}'),
        ("tcp: 25", f".tcp: {MAPPING}"),
        ("tcp: {address: 25}", f".tcp.address: 25 {NO_ADDRESS}"),
        ("tcp: {send: a}", ".tcp: address is missing; write it"),
        ("tcp: ${GONE}", ".tcp: the variable GONE is not set; set it, or write ${GONE:-default}"),
        ("tcp: {address: 'a:1', expect: '*'}", f'.tcp.expect: "*" {NO_PATTERN}'),
        ("tcp: {address: 'a:1', send: [1]}", ".tcp.send: this must be text"),
        ("tcp: {address: 'a:1', dialogue: []}", ".tcp.dialogue: this is empty; write at least one"),
        ("tcp: {address: 'a:1', dialogue: {}}", ".tcp.dialogue: this must be a list"),
        ("tcp: {address: 'a:1', dialogue: [{}]}", ".tcp.dialogue[0]: write one of send, expect, starttls"),
        (
            "tcp: {address: 'a:1', dialogue: [{expect: '*'}]}",
            f'.tcp.dialogue[0].expect: "*" {NO_PATTERN}',
        ),
        (
            "tcp: {address: 'a:1', dialogue: [{send: a, expect: b}]}",
            ".tcp.dialogue[0].expect: send and expect are both given; make a turn of each",
        ),
        (
            "tcp: {address: 'a:1', dialogue: [{starttls: false}]}",
            ".tcp.dialogue[0].starttls: this is no turn; write starttls: true, or remove it",
        ),
        (
            "tcp: {address: 'a:1', dialogue: [{starttls: true}, {send: a}, {starttls: true}]}",
            ".tcp.dialogue[2].starttls: the dialogue is encrypted already; remove this",
        ),
        (
            "tcp: {address: 'a:1', dialogue: [{sent: a}]}",
            ".tcp.dialogue[0].sent: unknown key; did you mean send?",
        ),
        (
            "tcp: {address: 'a:1', send: a, dialogue: [{expect: b}]}",
            ".tcp.send: dialogue is given as well; make send a turn of it",
        ),
        ("tls: api.test", f'.tls: "api.test" {NO_ADDRESS}'),
        ("tls: {address: 'a:1', minimum_version: 1.1}", f'.tls.minimum_version: "1.1" {NO_VERSION}'),
        ("tls: {address: 'a:1', server_name: a b}", f'.tls.server_name: "a b" {NO_HOST} smtp.example.com'),
        ("dns: a b", f'.dns: "a b" {NO_HOST} www.example.com'),
        ("dns: {}", ".dns: name is missing; write it"),
        (
            "dns: {name: a.test, type: ANY}",
            f'.dns.type: "ANY" is not a type of record that we know; write one of {RECORDS}',
        ),
        ("dns: {name: a.test, resolver: localhost}", f'.dns.resolver: "localhost" {NO_RESOLVER}'),
        ("dns: {name: a.test, resolver: 'localhost:53'}", f'.dns.resolver: "localhost:53" {NO_RESOLVER}'),
        ("dns: {name: a.test, answers: []}", ".dns.answers: this is empty; write at least one"),
        (
            "dns: {name: a.test, answers: ['::1']}",
            '.dns.answers[0]: "::1" is not an address as A records hold it',
        ),
        (
            "dns: {name: a.test, type: AAAA, answers: ['::1', 127.0.0.1]}",
            '.dns.answers[1]: "127.0.0.1" is not an address as AAAA records hold it',
        ),
        ("websocket: https://a.test/", ".websocket: the URL does not begin with ws:// or wss://"),
        ("websocket: wss://", ".websocket: the URL has no host; write it like wss://example.com/events"),
        ("websocket: {url: 'wss://a.test/', expect: '*'}", f'.websocket.expect: "*" {NO_PATTERN}'),
        (
            "websocket: {url: 'wss://a.test/', headers: {A: b, a: b}}",
            ".websocket.headers: a is given twice, with other capitals; keep one",
        ),
        ("grpc: a.test", f'.grpc: "a.test" {NO_ADDRESS}'),
        ("grpc: {address: 'a:1', tls: yes}", f".grpc.tls: {MAPPING}"),
        ("grpc: {address: 'a:1', tls: {cafile: a}}", ".grpc.tls.cafile: unknown key; did you mean ca_file?"),
        ("icmp: https://a.test/", f'.icmp: "https://a.test/" {NO_HOST} gateway.example.com'),
        ("icmp: {}", ".icmp: host is missing; write it"),
    ],
)
def test_a_wrong_question_is_refused(refused: Refuse, probe: str, fault: str) -> None:
    assert refused(with_probe(probe)) == [f"probes.yaml:5: {PROBE}{fault}"]


@pytest.mark.parametrize("probe", ["{}", "interval: 1m", "expect: {status: 200}"])
def test_a_probe_asks_something(refused: Refuse, probe: str) -> None:
    assert refused(with_probe(probe)) == [f"probes.yaml:4: {PROBE}: write one of {CHOICES}"]


@pytest.mark.parametrize(
    ("asked", "expect", "fault"),
    [
        ("tcp: api.test:25", "{status: 200}", ".status: tcp can only expect certificate_days here; remove this"),
        (
            "websocket: wss://api.test/",
            "{body: {contains: a}}",
            ".body: websocket can only expect certificate_days here; remove this",
        ),
        ("dns: api.test", "{certificate_days: 3}", ": dns has no expect; remove it"),
        ("icmp: api.test", "{}", ": icmp has no expect; remove it"),
        ("grpc: api.test:1", "{status: 200}", ": grpc has no expect; remove it"),
        ("heartbeat: {every: 1h}", "{status: 200}", ": heartbeat has no expect; remove it"),
        (
            "tcp: api.test:25",
            "{certificate_days: 3}",
            f".certificate_days: {ONLY_TLS}; have {{starttls: true}} in a dialogue, or remove this",
        ),
        (
            "websocket: ws://api.test/",
            "{certificate_days: 3}",
            f".certificate_days: {ONLY_TLS}; begin the URL with wss://, or remove this",
        ),
        (
            "steps: [{name: a, http: https://api.test/}]",
            "{status: 200}",
            ".status: steps can only expect certificate_days here; move this into the expect of a step",
        ),
        (
            "steps: [{name: a, http: http://api.test/}]",
            "{certificate_days: 3}",
            f".certificate_days: {ONLY_TLS}; begin the URL with https://, or remove this",
        ),
    ],
)
def test_what_cannot_be_expected_is_refused(refused: Refuse, asked: str, expect: str, fault: str) -> None:
    assert refused(with_probe(f"{asked}\nexpect: {expect}")) == [f"probes.yaml:6: {PROBE}.expect{fault}"]


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        ("auth: abc", f"auth: {MAPPING}"),
        ("auth: {}", "auth: write one of bearer, basic, oauth2"),
        ("auth: {barer: abc}", "auth.barer: unknown key; did you mean bearer?"),
        ("auth: {bearer: a b}", f"auth.bearer: {SPACE}"),
        ("auth: {bearer: ' '}", "auth.bearer: this is blank; write something"),
        ("auth: {bearer: [a]}", "auth.bearer: this must be text"),
        ("auth: {bearer_file: gone}", "auth.bearer: gone cannot be read: No such file or directory"),
        ("auth: {basic: {username: me}}", "auth.basic: password is missing; write it"),
        (
            "auth: {basic: {username: 'a:b', password: hush}}",
            "auth.basic.username: a user name holds no colon; remove it",
        ),
        (
            'auth: {basic: {username: a, password: "hu\\nsh"}}',
            "auth.basic.password: a password holds no line break or control character; remove it",
        ),
        (
            "auth: {oauth2: {token_url: auth.test, client_id: me, client_secret: hush}}",
            "auth.oauth2.token_url: the URL does not begin with http:// or https://",
        ),
        (
            "auth: {oauth2: {token_url: http://a.test, client_id: me, client_secret_file: gone}}",
            "auth.oauth2.client_secret: gone cannot be read: No such file or directory",
        ),
        (
            "auth: {basic: {username: a, password: hush}, bearer: abc}",
            f"auth.bearer: basic and bearer are both given; {ONE_PROOF}",
        ),
        (
            "auth: {bearer: abc}\nheaders: {authorization: Bearer abc}",
            "auth: the headers hold an authorization as well; keep one of the two",
        ),
        ("proxy: https://proxy.test:3128", "proxy: the URL does not begin with http://"),
        ("proxy: proxy.test:3128", "proxy: the URL does not begin with http://"),
        ("proxy: http://proxy.test", f"proxy: {NO_PROXY}"),
        ("proxy: http://proxy.test:3128/way", f"proxy: {NO_PROXY}"),
        ("proxy: http://proxy.test:0", "proxy: the URL's port is not a number from 1 to 65535"),
    ],
)
def test_a_request_that_cannot_be_made_so_is_refused(refused: Refuse, request_: str, fault: str) -> None:
    assert refused(with_request(request_)) == [f"probes.yaml:7: {PROBE}.http.{fault}"]


def test_a_request_proves_either_in_its_url_or_beside_it_who_asks(refused: Refuse) -> None:
    text = with_request("auth: {bearer: abc}").replace("https://", "https://me:hush@")
    assert refused(text) == [f"probes.yaml:7: {PROBE}.http.auth: the URL names a user as well; keep one of the two"]


def test_grpc_must_be_installed_where_it_is_named(refused: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)  # as Python knows what cannot be imported
    assert refused(with_probe("grpc: api.test:1")) == [
        f"probes.yaml:5: {PROBE}.grpc: gRPC is not installed; install justkalm-monitor[grpc]"
    ]


def test_all_faults_of_a_probe_come_at_once(refused: Refuse) -> None:
    faults = refused(
        with_probe(
            "tcp: {address: a, send: x, dialogue: [{expect: '*'}, {}]}\n"
            "dns: {name: a b, answers: [x]}\n"
            "interval: 5s\n"
            "expect: {status: 2}"
        )
    )
    assert [": ".join(fault.split(": ")[:2]).removeprefix("probes.yaml:") for fault in faults] == [
        f"5: {PROBE}.tcp.address",
        f"5: {PROBE}.tcp.dialogue[0].expect",
        f"5: {PROBE}.tcp.send",
        f"5: {PROBE}.tcp.dialogue[1]",
        f"6: {PROBE}.dns.name",
        f"6: {PROBE}.dns",
        f"6: {PROBE}.dns.answers[0]",
        f"7: {PROBE}.interval",
        f"8: {PROBE}.expect.status",
    ]


@pytest.mark.parametrize(
    "probe",
    [
        "http: {url: https://api.test/, auth: {bearer: s3cret s3cret}}",
        'http: {url: https://api.test/, auth: {basic: {username: a, password: "s3cret\\n"}}}',
        "http: {url: https://api.test/, auth: {oauth2: {token_url: 'ftp://me:s3cret@a.test', client_id: a}}}",
        "http: {url: https://api.test/, proxy: 'https://me:s3cret@a.test:1'}",
        "http: {url: https://api.test/, proxy: 'http://me:s3cret@a.test'}",
        "websocket: {url: 'https://me:s3cret@a.test/'}",
        "websocket: {url: 'wss://a.test/', headers: {authorization: \"s3cret\\n\"}}",
        "steps: [{name: a, http: 'ftp://me:s3cret@api.test/{{x}}'}]",
    ],
)
def test_no_fault_shows_a_secret(refused: Refuse, probe: str) -> None:
    faults = refused(with_probe(probe))
    assert faults
    assert not any("s3cret" in fault for fault in faults)


def test_what_a_probe_asks_may_come_from_a_variable(loaded: Load) -> None:
    assert loaded(with_probe("tls: ${PLACE}"), {"PLACE": "api.test:443"}).probes
