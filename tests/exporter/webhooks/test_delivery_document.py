"""The document of a delivery says when it is due only while it is."""

from __future__ import annotations

import pytest

from exporter.deliveries import delivery_document
from monitor.core.subscribing import DeliveryState
from tests.exporter.webhooks.nouns import delivery


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (DeliveryState.PENDING, "2026-12-01T12:00:00Z"),
        (DeliveryState.DELIVERED, None),
        (DeliveryState.SUPERSEDED, None),
        (DeliveryState.DEAD, None),
    ],
)
def test_only_what_is_owed_is_due(state: DeliveryState, due: str | None) -> None:
    assert delivery_document(delivery(state=state), [])["due_at"] == due
