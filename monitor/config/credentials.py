"""The kinds of value that are secrets. What is wrong with one is said without it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

from monitor.config.faults import BadValue


def secret(value: object) -> str:
    """Any text that is not blank."""
    if not isinstance(value, str):
        raise BadValue("this must be text")
    if not value.strip():
        raise BadValue("this is blank; write something")
    return value


def token(value: object) -> str:
    text = secret(value)
    if re.search(r"[\x00-\x20\x7f]", text):
        raise BadValue("this holds a space, a line break or a control character; remove it")
    return text


def _password(value: object) -> str:
    password = secret(value)
    if re.search(r"[\x00-\x1f\x7f]", password):
        raise BadValue("a password holds no line break or control character; remove it")
    return password


Token = Annotated[str, BeforeValidator(token)]
Password = Annotated[str, BeforeValidator(_password)]
