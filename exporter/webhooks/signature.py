"""Signed as Standard Webhooks 1.0.0 asks, so that receivers can verify with the libraries they have."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

from monitor.core.model import SECOND, Instant

PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)


def new_secret(random_bytes: bytes) -> str:
    """A secret as subscribers see it.

    Raises:
        ValueError: not 24 to 64 bytes were given.
    """
    if len(random_bytes) not in SECRET_BYTES:
        raise ValueError(f"a secret is made of 24 to 64 bytes, not {len(random_bytes)}")
    return PREFIX + b64encode(random_bytes).decode()


def headers(message_id: str, at: Instant, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of one attempt, signed with each secret, so that receivers may change over in their time."""
    timestamp = str(at // SECOND)
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
