"""Texts that say where something is: URLs, hosts, ports, networks.

Each function returns its value as the config keeps it, or raises BadValue with what is wrong and what is right.
"""

from __future__ import annotations

import ipaddress
import re
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from monitor.config.faults import BadValue, quoted

Address: TypeAlias = tuple[str, int]  # host, port

NETWORK = r"[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?"
HIGHEST_PORT = 65_535

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PORT = re.compile(r"[0-9]{1,5}")


def url(
    value: object, schemes: tuple[str, ...] = ("http", "https"), example: str = "https://example.com/health"
) -> str:
    """An absolute URL. What is wrong is said without the URL, which may hold a password."""
    if not isinstance(value, str):
        raise BadValue(f"{quoted(value)} is not a URL; write it like {example}")
    if re.search(r"[\x00-\x20\x7f]", value):
        raise BadValue("a URL holds no spaces or control characters; write a space as %20")
    parts = _url_parts(value, example)
    if parts.scheme not in schemes:
        raise BadValue(f"the URL does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if not parts.hostname:
        raise BadValue(f"the URL has no host; write it like {example}")
    if not is_host(parts.hostname):
        raise BadValue(f"{quoted(parts.hostname)} is not a host name or address")
    if not _has_valid_port(parts):
        raise BadValue(f"the URL's port is not a number from 1 to {HIGHEST_PORT}")
    return value


def base_url(value: object) -> str:
    """A URL below which others are made, without a slash at its end."""
    base = url(value)
    if "?" in base or "#" in base:
        raise BadValue("calls are made below this URL; leave out what begins with ? or #")
    return base.rstrip("/")


def websocket_url(value: object) -> str:
    return url(value, ("ws", "wss"), "wss://example.com/events")


def proxy(value: object) -> str:
    """A proxy that is spoken to over HTTP, perhaps with who we are."""
    example = "http://proxy.example.com:3128"
    parts = urlsplit(url(value, ("http",), example))
    if parts.port is None or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadValue(f"a proxy is a host and a port; write it like {example}")
    return parts.geturl().rstrip("/")


def host(value: object, example: str = "smtp.example.com") -> str:
    if not isinstance(value, str) or not is_host(value):
        raise BadValue(f"{quoted(value)} is not a host name or address; write it like {example}")
    return value


def address(value: object) -> Address:
    """A host and a port, such as `mail.example.com:25` or `[::1]:25`."""
    name, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    bracketed = bare != name
    known = is_host(bare) and (":" in bare) == bracketed
    if not (known and _PORT.fullmatch(port) and 0 < int(port) <= HIGHEST_PORT):
        raise BadValue(f"{quoted(value)} is not a host and a port; write it like mail.example.com:25")
    return bare, int(port)


def reference(value: object) -> Address:
    """What listens at a host and a port, such as `tcp://gateway.internal:443`."""
    scheme, _, where = value.rpartition("//") if isinstance(value, str) else ("", "", value)
    try:
        if scheme == "tcp:":
            return address(where)
    except BadValue:
        pass  # one sentence for whatever is wrong
    raise BadValue(f"{quoted(value)} is not a reference; write it like tcp://gateway.internal:443")


def resolver(value: object) -> str:
    """An address, perhaps with a port: whoever resolves names cannot be a name."""
    if isinstance(value, str) and (_is_ip(value) or _is_ip(_host_of(value))):
        return value
    raise BadValue(f"{quoted(value)} is not the address of a resolver; write it like 192.0.2.53 or 192.0.2.53:5353")


def network(value: object) -> IPv4Network | IPv6Network:
    """A network such as `10.0.0.0/8`, or a single address."""
    refusal = BadValue(f"{quoted(value)} is not a network; write it like 10.0.0.0/8 or fd00::/8")
    if not isinstance(value, str) or not re.fullmatch(NETWORK, value):
        raise refusal
    try:
        around = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise refusal from None
    if ipaddress.ip_address(value.partition("/")[0]) != around.network_address:
        raise BadValue(f"{value} is an address within a network; write {around}")
    return around


def is_host(text: str) -> bool:
    if ":" in text:
        return _is_ip(text)
    try:
        ascii_host = text if text.isascii() else text.encode("idna").decode()
    except ValueError:
        return False
    labels = ascii_host.removesuffix(".").split(".")
    return len(ascii_host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _host_of(text: str) -> str:
    """Empty where there is no port beside it."""
    try:
        return address(text)[0]
    except BadValue:
        return ""


def _url_parts(text: str, example: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise BadValue(f"this is not a URL; write it like {example}") from None


def _has_valid_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False
