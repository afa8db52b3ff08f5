from __future__ import annotations

import errno
import socket

import pytest

from monitor.addresses import Address, not_listening, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        ("0.0.0.0:80", Address("0.0.0.0", 80)),
        ("localhost:0", Address("localhost", 0)),
        ("[::1]:8080", Address("::1", 8080)),
    ],
)
def test_a_host_and_a_port_are_an_address(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "localhost", "localhost:", "h:65536", "h:-1", "::1:8080", "[h]:1"]
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it like 127\.0\.0\.1:8080"):
        parse_address(text)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EADDRINUSE, ""), "is taken by another program"),
        (OSError(errno.EACCES, ""), "choose a port above 1023"),
        (OSError(errno.EADDRNOTAVAIL, ""), "(Cannot assign requested address)"),
        (socket.gaierror(-2, ""), "(there is no such host)"),
        (UnicodeError(), "(there is no such host)"),
    ],
)
def test_an_address_that_cannot_be_listened_on_is_said_with_what_to_do(
    error: OSError | UnicodeError, words: str
) -> None:
    sentence = not_listening(Address("127.0.0.1", 80), error)
    assert sentence.startswith("127.0.0.1:80 ")
    assert words in sentence
    assert sentence.endswith("--listen")
