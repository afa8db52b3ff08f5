from __future__ import annotations

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
from monitor.probers.targets import awaits_callback, host_of


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
