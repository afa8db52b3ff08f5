"""Texts that must follow a grammar of their own: ids, URLs, networks, patterns, header fields, JSONPath.

Each function returns its value as the config keeps it, or raises BadValue with what is wrong and what is right.
"""

from __future__ import annotations

import ipaddress
import re
import warnings
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import SplitResult, urlsplit

from monitor.config.faults import BadValue, quoted

ID = r"[a-z0-9][a-z0-9_-]{0,62}"
STATUS = r"[1-5](xx|[0-9]{2})"
NETWORK = r"[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # all but the tab
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def identifier(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(ID, value):
        raise BadValue("an id is at most 63 of a-z, 0-9, _ and -, and begins with a letter or digit")
    return value


def method(value: object) -> str:
    if not isinstance(value, str) or value not in METHODS:
        raise BadValue(f"{quoted(value)} is not a method; write one of {', '.join(METHODS)}")
    return value


def status_pattern(value: object) -> str:
    """A code such as `204` or a class such as `2xx`."""
    text = str(value) if isinstance(value, str | int) else ""
    if not re.fullmatch(STATUS, text):
        raise BadValue(f"{quoted(value)} is not a status; write a code such as 204, or a class such as 2xx")
    return text


def url(value: object) -> str:
    """An absolute http or https URL. What is wrong is said without the URL, which may hold a password."""
    if not isinstance(value, str):
        raise BadValue(f"{quoted(value)} is not a URL; write it like https://example.com/health")
    if re.search(r"[\x00-\x20\x7f]", value):
        raise BadValue("a URL holds no spaces or control characters; write a space as %20")
    parts = _url_parts(value)
    if parts.scheme not in ("http", "https"):
        raise BadValue("the URL does not begin with http:// or https://")
    if not parts.hostname:
        raise BadValue("the URL has no host; write it like https://example.com/health")
    if not _is_host(parts.hostname):
        raise BadValue(f"{quoted(parts.hostname)} is not a host name or address")
    if not _has_valid_port(parts):
        raise BadValue("the URL's port is not a number from 1 to 65535")
    return value


def host(value: object) -> str:
    if not isinstance(value, str) or not _is_host(value):
        raise BadValue(f"{quoted(value)} is not a host name or address; write it like smtp.example.com")
    return value


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


def _url_parts(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise BadValue("this is not a URL; write it like https://example.com/health") from None


def _has_valid_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _is_host(text: str) -> bool:
    try:
        if ":" in text:
            ipaddress.ip_address(text)
            return True
        ascii_host = text if text.isascii() else text.encode("idna").decode()
    except ValueError:
        return False
    labels = ascii_host.removesuffix(".").split(".")
    return len(ascii_host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def regular_expression(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue(f'{quoted(value)} is not a regular expression; write it in quotes: "{value}"')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what will mean something else in a later Python is wrong today
            re.compile(value)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise BadValue(f"{quoted(value)} is not a regular expression: {error}") from None
    return value


def json_path(value: object) -> str:
    """A JSONPath query of RFC 9535."""
    from jsonpath_rfc9535 import JSONPathError, compile  # noqa: A004 — slow to import, and few files need it

    if not isinstance(value, str):
        raise BadValue(f"{quoted(value)} is not a JSONPath; write it like $.status")
    try:
        compile(value)
    except (JSONPathError, RecursionError, ValueError) as error:
        raise BadValue(f"this is not a JSONPath: {error.args[0]}; write it like $.status") from None
    return value


def header_name(value: object) -> str:
    if not isinstance(value, str) or not _HEADER_NAME.fullmatch(value):
        raise BadValue("a header's name is made of letters, digits and -")
    return value


def header_value(value: object) -> str:
    """What is wrong is said without the value, which may be a secret."""
    if not isinstance(value, str):
        raise BadValue("a header's value must be text")
    if _CONTROL.search(value):
        raise BadValue("a header's value holds no line break or control character; remove it")
    return value
