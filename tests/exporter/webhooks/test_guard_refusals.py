"""What a refusal says, and what an allowance allows."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address, ip_network

import pytest

from exporter.webhooks.guard import Allowance, RefusedAddress, guarded_socket, refuses

PUBLIC = "93.184.215.14"


def test_a_refused_address_is_an_error_of_access_that_does_not_say_which_it_was() -> None:
    refused = RefusedAddress()
    assert refused.errno == errno.EACCES
    assert str(refused).endswith("the endpoint's address is not allowed")


def test_nothing_is_allowed_unless_it_is_said() -> None:
    assert Allowance() == Allowance(http=False, networks=())


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("10.1.0.0", True),
        ("fd00::1", False),
        ("fd01::1", True),
        (PUBLIC, False),
        (f"::ffff:{PUBLIC}", False),
        ("::ffff:127.0.0.1", True),
        ("2606:4700:4700::1111", False),
        ("4000::1", True),
        ("1fff::1", True),
    ],
)
def test_what_is_allowed_is_not_refused_and_of_the_rest_only_what_is_public(address: str, refused: bool) -> None:
    allowance = Allowance(networks=(ip_network("10.0.0.0/16"), ip_network("fd00::/16")))
    assert refuses(ip_address(address), allowance) is refused


@pytest.mark.parametrize("host", ["127.1", "localhost", "", "fe80::1%eth0", "127.0.0.1", "0x7f000001"])
def test_no_socket_is_made_for_what_is_refused_or_no_address_as_we_know_them(host: str) -> None:
    factory = guarded_socket(Allowance())
    with pytest.raises(RefusedAddress):
        factory((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 443)))


def test_the_socket_for_what_is_not_refused_is_of_the_kind_that_was_asked_for() -> None:
    factory = guarded_socket(Allowance())
    with factory((socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("2606:4700::1", 443, 0, 0))) as made:
        assert (made.family, made.type) == (socket.AF_INET6, socket.SOCK_STREAM)
