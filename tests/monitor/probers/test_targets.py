from __future__ import annotations

import socket

import pytest

from monitor.core.model import SECOND
from monitor.probers.settings import (
    DnsTarget,
    HttpTarget,
    IcmpTarget,
    Step,
    Target,
    TcpTarget,
    Transaction,
    WebsocketTarget,
)
from monitor.probers.targets import awaits_callback, host_of, is_outside, is_proxied


def steps(*urls: str, **last: object) -> Transaction:
    *first, end = [Step(name=f"s{n}", http=HttpTarget(url=url)) for n, url in enumerate(urls)]
    return Transaction((*first, Step(name=end.name, http=end.http, **last)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (HttpTarget(url="https://user:secret@API.example.com:8443/health"), "api.example.com"),
        (WebsocketTarget(url="wss://live.example.com/"), "live.example.com"),
        (TcpTarget(host="mail.example.com", port=25), "mail.example.com"),
        (IcmpTarget("10.0.0.1"), "10.0.0.1"),
        (DnsTarget(name="example.com", resolver="10.0.0.53"), "10.0.0.53"),
        (DnsTarget(name="example.com"), "the system's resolver"),
        (steps("https://auth.example.com/token", "https://api.example.com/"), "auth.example.com"),
        (steps("{{location}}", "https://api.example.com/"), "api.example.com"),
        (steps("{{location}}"), ""),
    ],
)
def test_a_target_is_known_by_the_host_that_is_asked(target: Target, host: str) -> None:
    assert host_of(target) == host


@pytest.mark.parametrize(
    ("target", "awaits"),
    [
        (HttpTarget(url="https://api.example.com/"), False),
        (steps("https://api.example.com/"), False),
        (steps("https://a.example.com/", "https://b.example.com/", await_callback=SECOND), True),
    ],
)
def test_only_a_step_that_says_so_awaits_a_callback(target: Target, awaits: bool) -> None:
    assert awaits_callback(target) is awaits


@pytest.mark.parametrize(
    ("target", "outside"),
    [
        (HttpTarget(url="https://api.justkalm.com/health"), True),
        (HttpTarget(url="http://192.0.2.7/"), True),
        (HttpTarget(url="http://[2001:db8::7]/"), True),
        (HttpTarget(url="http://localhost:8080/"), False),
        (HttpTarget(url="http://api.localhost/"), False),
        (HttpTarget(url="http://127.0.0.2/"), False),
        (HttpTarget(url="http://[::1]/"), False),
        (HttpTarget(url="http://0.0.0.0/"), False),
        (TcpTarget(host=socket.gethostname(), port=1), False),
        (IcmpTarget("gateway.internal"), True),
        (DnsTarget(name="justkalm.com"), False),
        (DnsTarget(name="justkalm.com", resolver="192.0.2.53"), True),
        (DnsTarget(name="justkalm.com", resolver="127.0.0.53"), False),
        (steps("https://api.justkalm.com/orders"), True),
        (steps("{{base}}/orders"), False),
        (steps("https://api.justkalm.com/", "{{location}}"), True),
        (steps("https://api.justkalm.com/", "http://localhost:8080/"), False),
    ],
)
def test_a_target_is_outside_unless_it_may_be_our_own_machine(target: Target, outside: bool) -> None:
    assert is_outside(target) is outside


def test_an_address_of_an_interface_of_ours_is_not_outside() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as routed:
        routed.connect(("127.0.0.1", 9))
        assert not is_outside(TcpTarget(host=routed.getsockname()[0], port=9))


@pytest.mark.parametrize(
    ("target", "proxied"),
    [
        (HttpTarget(url="https://api.test/"), False),
        (HttpTarget(url="https://api.test/", proxy="http://proxy.test:3128"), True),
        (steps("https://api.test/"), False),
        (
            Transaction((Step(name="s0", http=HttpTarget(url="https://api.test/", proxy="http://proxy.test:3128")),)),
            True,
        ),
        (TcpTarget(host="api.test", port=1), False),
    ],
)
def test_a_proxy_may_answer_in_the_stead_of_what_is_asked_through_one(target: Target, proxied: bool) -> None:
    assert is_proxied(target) is proxied
