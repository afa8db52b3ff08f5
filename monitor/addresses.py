"""Addresses to listen on."""

from __future__ import annotations

import errno
import os
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


def not_listening(address: Address, error: OSError | UnicodeError) -> str:
    """Why an address cannot be listened on, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"{address} is taken by another program: stop it, or choose another address with --listen"
    if number in (errno.EACCES, errno.EPERM):
        return f"{address} may not be listened on by this user: choose a port above 1023 with --listen"
    reason = os.strerror(number) if number and number > 0 else "there is no such host"
    return f"{address} cannot be listened on ({reason}): choose an address of this machine with --listen"
