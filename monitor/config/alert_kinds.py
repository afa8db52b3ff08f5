"""The kinds of value that only alerts hold. What is wrong with a secret is said without it."""

from __future__ import annotations

import re
from base64 import b64decode
from email.errors import MessageError
from email.headerregistry import Address
from typing import Annotated

from pydantic import BeforeValidator

from monitor.config import addresses
from monitor.config.credentials import secret, token
from monitor.config.faults import BadValue, alternative, quoted
from monitor.config.kinds import text_schema, value_schema
from monitor.core.fanout import PATTERNS
from monitor.core.model import Impact

SECURITIES = ("starttls", "tls", "none")

SIGNING_SECRET = "whsec_[A-Za-z0-9+/]{32,88}={0,2}"
SIGNING_BYTES = range(24, 65)

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def _webhook_url(value: object) -> str:
    return addresses.url(secret(value))


def _base_url(value: object) -> str:
    return addresses.base_url(secret(value))


def _apprise_url(value: object) -> str:
    url = token(value)
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", url):
        raise BadValue("this is not an Apprise URL; begin it with a scheme, such as tgram://")
    return url


def _signing_secret(value: object) -> str:
    text = token(value)
    try:
        key = b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not text.startswith("whsec_") or len(key) not in SIGNING_BYTES:
        raise BadValue("this is not a signing secret; write whsec_ and what `openssl rand -base64 32` prints")
    return text


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
    if not isinstance(value, str) or value not in PATTERNS:
        raise BadValue(f"{quoted(value)} is not an event; {alternative(str(value), PATTERNS)}")
    return value


def _impact(value: object) -> Impact:
    if not isinstance(value, str) or value not in tuple(Impact):
        raise BadValue(f"{quoted(value)} is not an impact; write one of {', '.join(Impact)}")
    return Impact(value)


WebhookUrl = Annotated[str, BeforeValidator(_webhook_url), text_schema("https?://.+")]
BaseUrl = Annotated[str, BeforeValidator(_base_url), text_schema("https?://[^?#]+")]
AppriseUrl = Annotated[str, BeforeValidator(_apprise_url), text_schema("[A-Za-z][A-Za-z0-9+.-]*://.+")]
SigningSecret = Annotated[str, BeforeValidator(_signing_secret), text_schema(SIGNING_SECRET)]
Security = Annotated[str, BeforeValidator(_security), value_schema({"enum": [*SECURITIES]})]
MailAddress = Annotated[str, BeforeValidator(_mail_address)]
EventPattern = Annotated[str, BeforeValidator(_event), value_schema({"enum": [*PATTERNS]})]
LeastImpact = Annotated[Impact, BeforeValidator(_impact), value_schema({"enum": [*Impact]})]
