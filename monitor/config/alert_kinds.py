"""The kinds of value that only alerts hold. What is wrong with a secret is said without it."""

from __future__ import annotations

import re
from base64 import b64decode
from email.errors import MessageError
from email.headerregistry import Address
from typing import Annotated

from pydantic import BeforeValidator

from monitor.config import grammar
from monitor.config.faults import BadValue, alternative, quoted
from monitor.config.kinds import text_schema, value_schema, whole
from monitor.core.fanout import EVERYTHING
from monitor.core.model import EventKind, Impact

SECURITIES = ("starttls", "tls", "none")
FAMILIES = tuple(dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in EventKind))
EVENTS = (*EventKind, *FAMILIES, EVERYTHING)

SIGNING_SECRET = "whsec_[A-Za-z0-9+/]{32,88}={0,2}"
SIGNING_BYTES = range(24, 65)
HIGHEST_PORT = 65_535

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def _webhook_url(value: object) -> str:
    return grammar.url(_secret(value))


def _base_url(value: object) -> str:
    """A URL below which calls are made, without a slash at its end."""
    url = _webhook_url(value)
    if "?" in url or "#" in url:
        raise BadValue("calls are made below this URL; leave out what begins with ? or #")
    return url.rstrip("/")


def _apprise_url(value: object) -> str:
    url = _token(value)
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", url):
        raise BadValue("this is not an Apprise URL; begin it with a scheme, such as tgram://")
    return url


def _signing_secret(value: object) -> str:
    text = _token(value)
    try:
        key = b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not text.startswith("whsec_") or len(key) not in SIGNING_BYTES:
        raise BadValue("this is not a signing secret; write whsec_ and what `openssl rand -base64 32` prints")
    return text


def _token(value: object) -> str:
    token = _secret(value)
    if re.search(r"[\x00-\x20\x7f]", token):
        raise BadValue("this holds a space, a line break or a control character; remove it")
    return token


def _secret(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue("this must be text")
    if not value.strip():
        raise BadValue("this is blank; write something")
    return value


def _password(value: object) -> str:
    password = _secret(value)
    if re.search(r"[\x00-\x1f\x7f]", password):
        raise BadValue("a password holds no line break or control character; remove it")
    return password


def _port(value: object) -> int:
    port = whole(value)
    if port > HIGHEST_PORT:
        raise BadValue(f"{port} is not a port; write a number from 1 to {HIGHEST_PORT}")
    return port


def _security(value: object) -> str:
    if not isinstance(value, str) or value not in SECURITIES:
        raise BadValue(f"{quoted(value)} is no way to secure mail; write one of {', '.join(SECURITIES)}")
    return value


def _mail_address(value: object) -> str:
    """The address alone: a name before it, or a second address, could go where nobody looks."""
    if not isinstance(value, str) or not _is_bare_address(value):
        raise BadValue(f"{quoted(value)} is not a mail address; write it like oncall@example.com")
    return value


def _is_bare_address(text: str) -> bool:
    if not _ADDRESS.fullmatch(text):  # the parser stumbles over worse
        return False
    try:
        return Address(addr_spec=text).addr_spec == text
    except (MessageError, ValueError):
        return False


def _event(value: object) -> str:
    if not isinstance(value, str) or value not in EVENTS:
        raise BadValue(f"{quoted(value)} is not an event; {alternative(str(value), EVENTS)}")
    return value


def _impact(value: object) -> Impact:
    if not isinstance(value, str) or value not in tuple(Impact):
        raise BadValue(f"{quoted(value)} is not an impact; write one of {', '.join(Impact)}")
    return Impact(value)


WebhookUrl = Annotated[str, BeforeValidator(_webhook_url), text_schema("https?://.+")]
BaseUrl = Annotated[str, BeforeValidator(_base_url), text_schema("https?://[^?#]+")]
AppriseUrl = Annotated[str, BeforeValidator(_apprise_url), text_schema("[A-Za-z][A-Za-z0-9+.-]*://.+")]
SigningSecret = Annotated[str, BeforeValidator(_signing_secret), text_schema(SIGNING_SECRET)]
Token = Annotated[str, BeforeValidator(_token)]
Password = Annotated[str, BeforeValidator(_password)]
Host = Annotated[str, BeforeValidator(grammar.host)]
Port = Annotated[
    int, BeforeValidator(_port), value_schema({"type": "integer", "minimum": 1, "maximum": HIGHEST_PORT})
]
Security = Annotated[str, BeforeValidator(_security), value_schema({"enum": [*SECURITIES]})]
MailAddress = Annotated[str, BeforeValidator(_mail_address)]
EventPattern = Annotated[str, BeforeValidator(_event), value_schema({"enum": [*EVENTS]})]
LeastImpact = Annotated[Impact, BeforeValidator(_impact), value_schema({"enum": [*Impact]})]
