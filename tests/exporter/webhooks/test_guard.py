"""Which addresses may be dialled."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ssrfguard import DEFAULT_DENIED

from exporter.webhooks.guard import GLOBAL_UNICAST, REFUSED, Allowance, refuses

NOTHING = Allowance()
PUBLIC = "93.184.215.14"
ONES = "ffff:ffff:ffff:ffff:ffff:ffff:ffff"  # all but the first group of an IPv6 address


@pytest.mark.parametrize(
    ("below", "first", "last", "above"),
    [
        (None, "0.0.0.0", "0.255.255.255", "1.0.0.0"),
        ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
        ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
        ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
        ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
        ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
        ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
        ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
        ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
        ("192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"),
        ("192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"),
        ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
        ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
        ("192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"),
        ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
        ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
        ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
        ("223.255.255.255", "224.0.0.0", "239.255.255.255", None),
        (None, "240.0.0.0", "255.255.255.255", None),
        (None, "::", f"1fff:{ONES}", "2000::"),
        (f"2000:{ONES}", "2001::", f"2001:1ff:{ONES[5:]}", "2001:200::"),
        (f"2001:db7:{ONES[5:]}", "2001:db8::", f"2001:db8:{ONES[5:]}", "2001:db9::"),
        (f"2001:{ONES}", "2002::", f"2002:{ONES}", "2003::"),
        (f"2620:4f:7fff:{ONES[10:]}", "2620:4f:8000::", f"2620:4f:8000:{ONES[10:]}", "2620:4f:8001::"),
        (f"3ffe:{ONES}", "3fff::", f"3fff:fff:{ONES[5:]}", "3fff:1000::"),
        (f"3fff:{ONES}", "4000::", f"ffff:{ONES}", None),
    ],
)  # fmt: skip
def test_a_network_is_refused_from_its_first_address_to_its_last(
    below: str | None, first: str, last: str, above: str | None
) -> None:
    assert refuses(ip_address(first), NOTHING)
    assert refuses(ip_address(last), NOTHING)
    assert not any(refuses(ip_address(beside), NOTHING) for beside in (below, above) if beside)


@pytest.mark.parametrize(
    "address",
    [
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2001:0:7f00:1::",
        "2002:7f00:1::",
        "100::1",
        "5f00::1",
    ],
)
def test_of_ipv6_nothing_is_dialled_that_stays_inside_or_wraps_another_address(address: str) -> None:
    assert refuses(ip_address(address), NOTHING)


@pytest.mark.parametrize(
    ("address", "refused"),
    [("::ffff:127.0.0.1", True), ("::ffff:169.254.169.254", True), (f"::ffff:{PUBLIC}", False)],
)
def test_an_ipv4_address_mapped_into_ipv6_is_judged_as_ipv4(address: str, refused: bool) -> None:
    assert refuses(ip_address(address), NOTHING) is refused


@pytest.mark.parametrize(
    ("network", "address", "refused"),
    [
        ("127.0.0.0/8", "127.0.0.1", False),
        ("127.0.0.0/8", "::ffff:127.0.0.1", False),
        ("127.0.0.0/8", "10.0.0.1", True),
        ("127.0.0.0/8", "::1", True),
        ("10.1.0.0/16", "10.1.255.255", False),
        ("10.1.0.0/16", "10.2.0.0", True),
        ("fd00::/8", "fd12::1", False),
        ("fd00::/8", "fe80::1", True),
        ("::/0", "::ffff:127.0.0.1", True),
        ("0.0.0.0/0", "::1", True),
    ],
)
def test_an_allowed_network_and_no_other_may_be_dialled(network: str, address: str, refused: bool) -> None:
    assert refuses(ip_address(address), Allowance(networks=(ip_network(network),))) is refused


EDGES = [
    int(edge) + step
    for network in (*REFUSED, GLOBAL_UNICAST, *(block.network for block in DEFAULT_DENIED.blocks))
    for edge in (network[0], network[-1])
    for step in (-1, 0, 1)
]
IPV4: st.SearchStrategy[IPv4Address] = st.builds(
    IPv4Address, st.sampled_from([n for n in EDGES if 0 <= n < 2**32]) | st.integers(0, 2**32 - 1)
)
WRAPPERS = (0xFFFF << 32, 0, 0x64FF9B << 96, 0x20010000 << 96)  # mapped, compatible, NAT64, Teredo
IPV6 = st.builds(
    IPv6Address,
    st.sampled_from([n for n in EDGES if 0 <= n < 2**128])
    | st.integers(0, 2**128 - 1)
    | st.builds(lambda wrapper, inner: wrapper + int(inner), st.sampled_from(WRAPPERS), IPV4)
    | st.builds(lambda inner: (0x2002 << 112) + (int(inner) << 80), IPV4),
)


@given(IPV4 | IPV6)
def test_whatever_another_guard_refuses_is_refused(address: IPv4Address | IPv6Address) -> None:
    assert refuses(address, NOTHING) or not DEFAULT_DENIED.classify(address).blocked


def test_no_edge_of_a_network_that_another_guard_refuses_is_dialled() -> None:
    for edge in EDGES:
        if 0 <= edge < 2**128:
            address = ip_address(edge)
            assert refuses(address, NOTHING) or not DEFAULT_DENIED.classify(address).blocked


MORE = [  # what we refuse beyond it, with the reason
    "168.63.129.16/32",  # answers from inside Azure only, yet no registry lists it
    "192.0.0.9/32",  # anycast for a host's own router: nobody's webhook lives there
    "192.0.0.10/32",
    "192.31.196.0/24",  # AS112 and AMT: whoever is nearest answers, so the subscriber never can
    "192.52.193.0/24",
    "192.175.48.0/24",
    "2620:4f:8000::/48",
    "2001::/23",
    "2002::/16",  # wrapped IPv4: a relay decides where it ends
    "::/3",  # wrapped IPv4 again, and nothing that was handed out to anyone
    "4000::/2",  # likewise
    "8000::/1",
]


@given(IPV4 | IPV6)
def test_what_is_refused_beyond_another_guard_is_known(address: IPv4Address | IPv6Address) -> None:
    ours_alone = refuses(address, NOTHING) and not DEFAULT_DENIED.classify(address).blocked
    assert not ours_alone or any(address in ip_network(network) for network in MORE)
