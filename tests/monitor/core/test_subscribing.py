"""Keys and subscriptions: what they may do, and until when."""

from __future__ import annotations

import pytest

from monitor.core.model import Instant
from monitor.core.subscribing import Alert, Delivery, DeliveryState, Key, Scope
from tests.builders import NOON
from tests.exporter.webhooks.nouns import CREATED, subscription


def key(**changes: object) -> Key:
    defaults: dict[str, object] = {
        "id": "key_a",
        "name": "ada",
        "digest": "",
        "prefix": "jk_live_",
        "last_four": "abcd",
        "scopes": (),
        "created_at": NOON,
    }
    return Key(**(defaults | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scopes", "asked", "allowed"),
    [
        ((), Scope.SUBSCRIPTIONS, False),
        ((Scope.SUBSCRIPTIONS,), Scope.SUBSCRIPTIONS, True),
        ((Scope.SUBSCRIPTIONS,), Scope.INCIDENTS, False),
        ((Scope.SUBSCRIPTIONS,), Scope.ADMIN, False),
        ((Scope.INCIDENTS, Scope.SUBSCRIPTIONS), Scope.SUBSCRIPTIONS, True),
        ((Scope.ADMIN,), Scope.INCIDENTS, True),
        ((Scope.ADMIN,), Scope.ADMIN, True),
    ],
)
def test_a_key_may_do_what_its_scopes_say_and_an_admins_whatever_others_may(
    scopes: tuple[Scope, ...], asked: Scope, allowed: bool
) -> None:
    assert key(scopes=scopes).allows(asked) is allowed


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "valid"),
    [
        (None, None, True),
        (NOON + 1, None, True),
        (NOON, None, False),
        (NOON - 1, None, False),
        (None, NOON, False),
        (None, NOON + 1, False),
        (NOON + 1, NOON - 1, False),
    ],
)
def test_a_key_is_valid_until_it_expires_or_is_revoked(
    expires_at: Instant | None, revoked_at: Instant | None, valid: bool
) -> None:
    assert key(expires_at=expires_at, revoked_at=revoked_at).valid(NOON) is valid


@pytest.mark.parametrize(("prefix", "test"), [("jk_live_", False), ("jk_test_", True)])
def test_a_test_key_is_known_by_its_prefix(prefix: str, test: bool) -> None:
    assert key(prefix=prefix).test is test


@pytest.mark.parametrize(
    ("previous", "until", "signing"),
    [
        (None, None, ("new",)),
        (None, NOON + 1, ("new",)),
        ("old", NOON + 1, ("new", "old")),
        ("old", NOON, ("new",)),
        ("old", NOON - 1, ("new",)),
        ("old", None, ("new",)),
    ],
)
def test_a_previous_secret_signs_too_until_its_time_is_up(
    previous: str | None, until: Instant | None, signing: tuple[str, ...]
) -> None:
    wants = subscription(secret="new", previous_secret=previous, previous_until=until)
    assert wants.secrets(NOON) == signing


@pytest.mark.parametrize(("disabled_at", "enabled"), [(None, True), (NOON, False), (0, False)])
def test_a_subscription_is_enabled_until_it_is_disabled(disabled_at: Instant | None, enabled: bool) -> None:
    assert subscription(disabled_at=disabled_at).enabled is enabled


def test_a_subscription_is_made_to_be_told_unless_it_is_said_to_be_a_test() -> None:
    assert not subscription().test


def test_a_delivery_is_pending_untried_and_without_a_place_in_the_order_at_first() -> None:
    owed = Delivery(
        id="dlv_1", event="evt_1", kind=CREATED, incident=None, subscription="sub_a", created_at=NOON, due=NOON
    )
    assert (owed.state, owed.sequence, owed.attempts) == (DeliveryState.PENDING, 0, 0)


def test_the_settings_of_an_alert_are_never_shown_with_it() -> None:
    assert "hunter2" not in repr(Alert(name="chat", format="slack", settings={"token": "hunter2"}, events=("*",)))
