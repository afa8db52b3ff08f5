"""What a right probe of each kind becomes."""

from __future__ import annotations

import pytest

from monitor.core.model import SECOND
from monitor.probers.settings import (
    Basic,
    Bearer,
    DnsTarget,
    Expect,
    GrpcTarget,
    HttpTarget,
    IcmpTarget,
    Line,
    OAuth2,
    ProbeSettings,
    Target,
    TcpTarget,
    TlsTarget,
    WebsocketTarget,
)
from tests.monitor.config.texts import Load, request_of, with_probe, with_request


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("http: https://api.test/", HttpTarget(url="https://api.test/")),
        ("tcp: api.test:25", TcpTarget(host="api.test", port=25)),
        ("tcp: '[::1]:25'", TcpTarget(host="::1", port=25)),
        ("tcp: ${HOST}:25", TcpTarget(host="host.test", port=25)),
        (
            "tcp: {address: 'api.test:25', expect: 220}",
            TcpTarget(host="api.test", port=25, dialogue=(Line(expect="220"),)),
        ),
        (
            'tcp: {address: "api.test:6379", expect: "[+]PONG", send: "PING\\r\\n"}',
            TcpTarget(host="api.test", port=6379, dialogue=(Line(send="PING\r\n"), Line(expect="[+]PONG"))),
        ),
        (
            "tcp: {address: 'api.test:25', dialogue: [{expect: 220}, {send: 1.10}, {starttls: true}]}",
            TcpTarget(
                host="api.test", port=25, dialogue=(Line(expect="220"), Line(send="1.10"), Line(starttls=True))
            ),
        ),
        ("tls: api.test:443", TlsTarget(host="api.test", port=443)),
        (
            "tls: {address: '10.0.0.1:443', server_name: api.test, minimum_version: 1.3}",
            TlsTarget(host="10.0.0.1", port=443, server_name="api.test", minimum_version="1.3"),
        ),
        ("dns: api.test", DnsTarget(name="api.test")),
        (
            "dns: {name: _sip._tcp.api.test., type: SRV, resolver: '[::1]:5353', answers: [1 2 3 a.test, 1.10]}",
            DnsTarget(
                name="_sip._tcp.api.test.", type="SRV", resolver="[::1]:5353", answers=("1 2 3 a.test", "1.10")
            ),
        ),
        ("dns: {name: api.test, resolver: '::1'}", DnsTarget(name="api.test", resolver="::1")),
        ("dns: {name: api.test, resolver: '127.0.0.1:53'}", DnsTarget(name="api.test", resolver="127.0.0.1:53")),
        (
            "dns: {name: api.test, type: AAAA, answers: ['2001:db8::0']}",
            DnsTarget(name="api.test", type="AAAA", answers=("2001:db8::0",)),
        ),
        ("websocket: ws://api.test/", WebsocketTarget(url="ws://api.test/")),
        (
            "websocket: {url: 'wss://api.test/', headers: {x-version: 1.10}, send: 1, expect: 2}",
            WebsocketTarget(url="wss://api.test/", headers={"x-version": "1.10"}, send="1", expect="2"),
        ),
        ("grpc: api.test:50051", GrpcTarget(host="api.test", port=50051)),
        ("grpc: {address: 'api.test:50051', tls: false}", GrpcTarget(host="api.test", port=50051)),
        (
            "grpc: {address: 'api.test:50051', service: valuation, tls: true}",
            GrpcTarget(host="api.test", port=50051, service="valuation", tls=True),
        ),
        ("grpc: {address: 'api.test:50051', tls: {}}", GrpcTarget(host="api.test", port=50051, tls=True)),
        ("icmp: gateway.test", IcmpTarget("gateway.test")),
        ("icmp: {host: '::1'}", IcmpTarget("::1")),
    ],
)
def test_what_is_asked_is_handed_on(loaded: Load, asked: str, target: Target) -> None:
    config = loaded(with_probe(asked), {"HOST": "host.test"})
    assert config.probes["api/health"] == ProbeSettings(
        id="api/health", target=target, expect=Expect(), timeout=10 * SECOND, slow_after=SECOND
    )


@pytest.mark.parametrize(
    "asked",
    [
        "http: https://api.test/",
        "tls: api.test:443",
        "websocket: wss://api.test/",
        "tcp: {address: 'api.test:25', dialogue: [{starttls: true}]}",
    ],
)
def test_a_certificate_is_watched_wherever_one_is_shown(loaded: Load, asked: str) -> None:
    config = loaded(with_probe(f"{asked}\nexpect: {{certificate_days: 14}}"))
    assert config.probes["api/health"].expect == Expect(certificate_days=14)


@pytest.mark.parametrize(
    ("auth", "built"),
    [
        ("{bearer: 0123}", Bearer("0123")),
        ("{basic: {username: me, password: '0:1 2'}}", Basic("me", "0:1 2")),
        ("{basic: {username: me, password: 007}}", Basic("me", "007")),
        (
            "{oauth2: {token_url: https://auth.test/token, client_id: 12, client_secret: hush}}",
            OAuth2(token_url="https://auth.test/token", client_id="12", client_secret="hush"),
        ),
        (
            "{oauth2: {token_url: http://a.test/, client_id: me, client_secret: hush, scope: read write}}",
            OAuth2(token_url="http://a.test/", client_id="me", client_secret="hush", scope="read write"),
        ),
    ],
)
def test_a_request_proves_who_asks(loaded: Load, auth: str, built: object) -> None:
    assert request_of(loaded(with_request(f"auth: {auth}"))).auth == built


@pytest.mark.parametrize(
    ("written", "proxy"),
    [
        ("http://proxy.test:3128", "http://proxy.test:3128"),
        ("http://me:p%40ss@proxy.test:3128/", "http://me:p%40ss@proxy.test:3128"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_request_goes_through_a_proxy(loaded: Load, written: str, proxy: str) -> None:
    assert request_of(loaded(with_request(f"proxy: '{written}'"))).proxy == proxy
