"""Signed bytes: whatever is signed verifies with what subscribers use, and nothing else does."""

from __future__ import annotations

import json
import time

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from exporter.webhooks.signature import headers, new_secret
from monitor.core.keys import PREFIXES, RANDOM_BYTES, key_text, well_formed
from monitor.core.model import SECOND
from tests.torture.fuzz.subject import Subject

ID = "evt_0123456789abcdef"


def _ask(given: bytes) -> bool:
    """So many bytes as the first one says are the secret; what follows is said, and may also pass for a key."""
    length = given[0] if given else 0
    material, said = given[1 : length + 1], given[length + 1 :]
    assert not well_formed(said.decode("latin-1")) or said.startswith(tuple(each.encode() for each in PREFIXES))
    try:
        secret = new_secret(material)
    except ValueError:
        return False
    body = json.dumps({"said": said.decode(errors="replace")}).encode()
    signed = headers(ID, int(time.time()) * SECOND, body, [new_secret(bytes(32)), secret])
    assert Webhook(secret).verify(body, signed) == json.loads(body)
    assert not _verifies(Webhook(secret), body + b" ", signed), "other bytes verify"
    assert not _verifies(Webhook(new_secret(bytes(31) + b"\1")), body, signed), "another secret verifies"
    return True


def _verifies(webhook: Webhook, body: bytes, signed: dict[str, str]) -> bool:
    try:
        webhook.verify(body, signed)
    except WebhookVerificationError:
        return False
    return True


SUBJECT = Subject(
    ask=_ask,
    taken=(bytes([24]) + bytes(range(24)) + b"said", bytes([64]) + bytes(64), bytes([32]) + b"\xff" * 40),
    refused=(b"", bytes([23]) + bytes(30), bytes([65]) + bytes(80)),
    words=(*PREFIXES, key_text(PREFIXES[0], bytes(range(RANDOM_BYTES)))),
)
