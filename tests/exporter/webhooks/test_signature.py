"""Signatures, verified with the library that receivers use."""

from __future__ import annotations

import time
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from exporter.webhooks.signature import headers, new_secret
from monitor.core.model import MINUTE, SECOND, Instant
from tests.builders import NOON

SECRET = new_secret(bytes(range(32)))
OTHER = new_secret(bytes(range(32, 64)))
BODY = '{"type":"incident.created","data":{"title":"Störung"}}'.encode()


def now() -> Instant:
    """The library accepts nothing signed more than five minutes from the time of day."""
    return int(time.time() * SECOND)


def test_a_receiver_verifies_what_was_signed() -> None:
    assert Webhook(SECRET).verify(BODY, headers("evt_1", now(), BODY, [SECRET])) == {
        "type": "incident.created",
        "data": {"title": "Störung"},
    }


def test_the_signature_is_the_one_that_the_standard_gives_as_an_example() -> None:
    body = b'{"test": 2432232314}'
    signed = headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, body, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, BODY.replace(b"created", b"updated")),
        ({}, BODY + b" "),
        ({"webhook-id": "evt_2"}, BODY),
        ({"webhook-signature": "v1,"}, BODY),
    ],
)
def test_a_receiver_notices_what_was_changed(changed: dict[str, str], body: bytes) -> None:
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(SECRET).verify(body, headers("evt_1", now(), BODY, [SECRET]) | changed)


def test_a_receiver_notices_that_the_time_was_changed() -> None:
    signed = headers("evt_1", now(), BODY, [SECRET])
    signed["webhook-timestamp"] = str(int(signed["webhook-timestamp"]) - 60)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(SECRET).verify(BODY, signed)


@pytest.mark.parametrize(("late", "said"), [(-6 * MINUTE, "too old"), (6 * MINUTE, "too new")])
def test_a_receiver_refuses_what_was_signed_at_another_time(late: int, said: str) -> None:
    with pytest.raises(WebhookVerificationError, match=said):
        Webhook(SECRET).verify(BODY, headers("evt_1", now() + late, BODY, [SECRET]))


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_while_a_secret_is_changed_both_verify(secret: str) -> None:
    Webhook(secret).verify(BODY, headers("evt_1", now(), BODY, [SECRET, OTHER]))


def test_a_secret_that_did_not_sign_does_not_verify() -> None:
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(OTHER).verify(BODY, headers("evt_1", now(), BODY, [SECRET]))


def test_the_timestamp_is_in_whole_seconds_rounded_down() -> None:
    assert headers("evt_1", NOON + 999, BODY, [SECRET])["webhook-timestamp"] == str(NOON // SECOND)


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_holds_the_random_bytes_it_was_made_of(random_bytes: bytes) -> None:
    secret = new_secret(random_bytes)
    assert secret.startswith("whsec_")
    assert b64decode(secret.removeprefix("whsec_"), validate=True) == random_bytes


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_secret_of_too_few_or_too_many_bytes_is_not_made(size: int) -> None:
    with pytest.raises(ValueError, match=f"24 to 64 bytes, not {size}"):
        new_secret(bytes(size))


@given(body=st.text(st.characters(exclude_categories=["Cs"])), key=st.binary(min_size=24, max_size=64))
def test_any_body_verifies(body: str, key: bytes) -> None:
    secret = new_secret(key)
    signed = headers("evt_1", now(), body.encode(), [secret])
    Webhook(secret).verify(body.encode(), signed, json_parse=False)
