"""What should still be heard of what was given up."""

from __future__ import annotations

import pytest

from exporter.webhooks.aftermath import worth_telling
from monitor.core.model import EventKind
from monitor.core.subscribing import DeliveryState
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, delivery

PENDING, DELIVERED, STANDING, SUPERSEDED, DEAD = DeliveryState


@pytest.mark.parametrize(
    ("history", "heard"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(CREATED, DEAD)], [1], id="its-beginning"),
        pytest.param([(CREATED, DEAD), (UPDATED, DEAD)], [1, 2], id="all-in-their-order"),
        pytest.param([(CREATED, DELIVERED), (UPDATED, DEAD)], [2], id="after-what-was-taken"),
        pytest.param([(CREATED, DEAD), (UPDATED, DELIVERED)], [], id="before-what-was-taken"),
        pytest.param([(CREATED, DEAD), (UPDATED, STANDING), (UPDATED, DEAD)], [3], id="around-what-stands"),
        pytest.param([(CREATED, DEAD), (UPDATED, PENDING)], [1], id="before-what-is-owed"),
        pytest.param([(CREATED, SUPERSEDED), (UPDATED, DEAD)], [2], id="after-what-was-left-out"),
        pytest.param([(CREATED, DEAD), (RESOLVED, DEAD)], [], id="an-end"),
        pytest.param([(CREATED, DEAD), (RESOLVED, DEAD), (UPDATED, DEAD)], [3], id="reopened"),
        pytest.param([(CREATED, DEAD), (RESOLVED, DELIVERED), (UPDATED, DEAD)], [3], id="reopened-after-it-was-told"),
        pytest.param([(CREATED, DEAD), (RESOLVED, SUPERSEDED), (UPDATED, PENDING)], [], id="reopened-and-owed"),
    ],
)
def test_what_was_given_up_is_heard_unless_something_later_was_taken_or_ended_it(
    history: list[tuple[EventKind, DeliveryState]], heard: list[int]
) -> None:
    deliveries = [delivery(sequence, kind, state=state) for sequence, (kind, state) in enumerate(history, 1)]
    assert [it.sequence for it in worth_telling(deliveries)] == heard
