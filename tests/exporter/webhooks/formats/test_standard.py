"""Our own webhook is what those get who subscribe by the API, and verified with the library that receivers use."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from exporter.webhooks.bodies import Bodies
from exporter.webhooks.formats.message import Message, Notice
from monitor.core.model import SECOND, EventKind
from tests.exporter.webhooks.formats.goldens import EXAMPLES, message
from tests.exporter.webhooks.formats.notices import COMPONENTS, EVERY, OCCASIONS
from tests.exporter.webhooks.outboxes import FakeOutbox

SECRET = str(EXAMPLES["standard"]["secret"])


def sent(notice: Notice) -> Message:
    said = message("standard", notice)
    assert said is not None
    return said


@pytest.mark.parametrize("name", EVERY)
def test_a_receiver_verifies_whatever_is_said(name: str) -> None:
    now = int(time.time() * SECOND)  # the library takes nothing that is older than five minutes
    said = sent(replace(EVERY[name], at=now))
    assert Webhook(SECRET).verify(said.body, dict(said.headers)) == json.loads(said.body)


def test_its_id_is_that_of_the_event_however_often_it_is_sent() -> None:
    first = OCCASIONS["created"]
    again = replace(first, at=first.at + 60 * SECOND)
    assert sent(first).headers["webhook-id"] == sent(again).headers["webhook-id"] == first.event.id
    assert sent(first).headers["webhook-timestamp"] != sent(again).headers["webhook-timestamp"]


@pytest.mark.parametrize("kind", EventKind)
async def test_it_says_byte_for_byte_what_who_subscribed_by_the_api_is_told(kind: EventKind) -> None:
    notice = next(said for said in OCCASIONS.values() if said.event.kind is kind)
    outbox = FakeOutbox()
    outbox.record([notice.event], [])
    bodies = Bodies(outbox, {component.id: component for component in COMPONENTS}.get)
    assert sent(replace(notice, sequence=1)).body == await bodies.of(notice.event.id)


def test_a_component_that_is_watched_no_more_has_no_name() -> None:
    notice = OCCASIONS["status_changed"]
    assert json.loads(sent(notice).body)["data"]["name"] == "API"
    assert json.loads(sent(replace(notice, components={})).body)["data"]["name"] is None
