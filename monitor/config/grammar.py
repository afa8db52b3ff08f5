"""Texts that must follow a grammar of their own: ids, patterns, header fields, JSONPath.

Each function returns its value as the config keeps it, or raises BadValue with what is wrong and what is right.
"""

from __future__ import annotations

import re
import warnings

from monitor.config.faults import BadValue, quoted

ID = r"[a-z0-9][a-z0-9_-]{0,62}"
STATUS = r"[1-5](xx|[0-9]{2})"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # all but the tab


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
