"""Which endpoints may be named, judged as they are written."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.webhooks.guard import Allowance, RefusedEndpoint, check_endpoint

NOTHING = Allowance()
LOOPBACK = Allowance(http=True, networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")))
PUBLIC = "93.184.215.14"

HTTPS = "The endpoint must begin with https://."
USER = "The endpoint must not contain a user or a password."
NO_URL = "The endpoint is not a valid URL."
NO_HOST = "The endpoint's host is neither a valid name nor an address."
UNPRINTABLE = "The endpoint must not contain spaces, control characters or backslashes."


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://example.com",
        "https://example.com/hooks/status?team=a%20b",
        "https://example.com:8443/hooks",
        "https://example.com./hooks",
        "HTTPS://EXAMPLE.COM/",
        "https://xn--mnchen-3ya.example/",
        "https://münchen.example/über",
        "https://under_score.example/",
        "https://7.example/",
        "https://0x7f.example/",
        "https://localhost.example/",
        "https://10.example.com/",
        f"https://{PUBLIC}/",
        "https://[2606:4700:4700::1111]:443/",
        f"https://[::ffff:{PUBLIC}]/",
        "https://e/" + "x" * 2038,
    ],
)
def test_an_https_endpoint_at_a_public_place_is_taken(endpoint: str) -> None:
    check_endpoint(endpoint, NOTHING)


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("http://example.com/", HTTPS),
        ("ftp://example.com/", HTTPS),
        ("//example.com/", HTTPS),
        ("example.com/hooks", HTTPS),
        ("", HTTPS),
        ("https:///hooks", "The endpoint must contain a host."),
        ("https:example.com", "The endpoint must contain a host."),
        ("https://", "The endpoint must contain a host."),
        ("https://user@example.com/", USER),
        ("https://:password@example.com/", USER),
        ("https://example.com@127.0.0.1/", USER),
        ("https://example.com/#there", "The endpoint must not contain a fragment."),
        ("https://example.com/#", "The endpoint must not contain a fragment."),
        ("https://example.com:0/", "The endpoint's port must be between 1 and 65535."),
        ("https://example.com:65536/", NO_URL),
        ("https://example.com:http/", NO_URL),
        ("https://example.com:-1/", NO_URL),
        ("https://[::1/", NO_URL),
        ("https://[127.0.0.1]/", NO_URL),
        ("https://[]@/", NO_URL),
        ("https://exam\u200bple.com/", NO_URL),
        ("https://example..com/", NO_HOST),
        ("https://example.com../", NO_HOST),
        ("https://exam%70le.com/", NO_HOST),
        ("https://" + "x" * 64 + ".com/", NO_HOST),
        ("https://" + "x." * 127 + "com/", NO_HOST),
        ("https://e/" + "x" * 2039, "The endpoint must not be longer than 2048 characters."),
        (" https://example.com/", UNPRINTABLE),
        ("https://example.com/a b", UNPRINTABLE),
        ("https://example\t.com/", UNPRINTABLE),
        ("https://example.com/\r\nX: y", UNPRINTABLE),
        ("https://example.com\\@10.0.0.1/", UNPRINTABLE),
    ],
)
def test_an_endpoint_that_is_no_https_url_is_refused_with_a_sentence(endpoint: str, sentence: str) -> None:
    with pytest.raises(RefusedEndpoint) as refused:
        check_endpoint(endpoint, NOTHING)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "169.254.169.254",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:FFFF:7F00:0001]",
        "[64:ff9b::127.0.0.1]",
        "１２７.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
    ],
)
def test_a_literal_address_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(RefusedEndpoint, match=r"^The endpoint's address is not allowed\.$"):
        check_endpoint(f"https://{host}/", NOTHING)


ODD_SPELLINGS = [
    "0x7f000001",
    "0X7F000001",
    "0x7f000001.",
    "2130706433",
    "017700000001",
    "0177.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f.1",
    "127.1",
    "127.0.1",
    "127.0.0.0x1",
    "127.0.0.0x",
    "127.0.0.01",
    "256.0.0.1",
    "1.2.3.4.5",
    "example.1",
    "0x",
    "٠.127",
    "೧೨೭.0.0.1",
]


@pytest.mark.parametrize("host", ODD_SPELLINGS)
@pytest.mark.parametrize("allowance", [NOTHING, LOOPBACK])
def test_an_oddly_spelt_address_is_refused_wherever_it_leads(host: str, allowance: Allowance) -> None:
    with pytest.raises(RefusedEndpoint, match=r"^The endpoint's address must be written in its plain form\.$"):
        check_endpoint(f"https://{host}/", allowance)


@pytest.mark.parametrize(
    "host", ["[fe80::1%25eth0]", "[2606:4700::1%25eth0]", "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "127.0.0.1%00"]
)
def test_a_percent_sign_in_the_host_is_refused(host: str) -> None:
    with pytest.raises(RefusedEndpoint, match="neither a valid name nor an address"):
        check_endpoint(f"https://{host}/", LOOPBACK)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8080/hooks", "https://127.0.0.1/", "http://[::1]/", "http://inner.example/"]
)
def test_what_the_config_allows_is_taken(endpoint: str) -> None:
    check_endpoint(endpoint, LOOPBACK)


@pytest.mark.parametrize("endpoint", ["http://10.0.0.1/", "https://192.168.0.1/", "http://[::2]/"])
def test_an_address_outside_the_allowed_networks_is_refused_over_http_too(endpoint: str) -> None:
    with pytest.raises(RefusedEndpoint, match="address is not allowed"):
        check_endpoint(endpoint, LOOPBACK)


@pytest.mark.parametrize("name", ["https://localhost/", "https://no-such-name.invalid/"])
def test_a_name_is_not_resolved_when_it_is_written(name: str) -> None:
    check_endpoint(name, NOTHING)


@given(st.text(max_size=40) | st.text("htps:/@[]#?.0x127%\\", max_size=40).map("https://{}".format))
def test_any_text_is_taken_or_refused_and_nothing_else(text: str) -> None:
    with suppress(RefusedEndpoint):
        check_endpoint(text, NOTHING)
