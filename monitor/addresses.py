"""Addresses to listen on."""

from __future__ import annotations

from typing import NamedTuple


class Address(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """HOST:PORT, with an IPv6 host in brackets.

    Raises:
        ValueError: it is not one; the message says what is.
    """
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    is_host = bool(bare) and (host != bare) == (":" in bare)  # brackets around IPv6, and nowhere else
    is_port = port.isascii() and port.isdigit() and int(port) <= 65_535
    if not (colon and is_host and is_port):
        raise ValueError(f"{text!r} is no address to listen on; write it like 127.0.0.1:8080 or [::1]:8080")
    return Address(bare, int(port))
