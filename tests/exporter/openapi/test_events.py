"""What is told at once, by webhooks and in the stream, is as described."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exporter.openapi.description import description
from exporter.webhooks.payload import document_of, payload
from monitor.core.model import HOUR, Event, EventKind, Incident, IncidentStatus, StatusChange, Update, Window
from monitor.core.subscribing import Told
from tests.builders import NOON, component_setup, incident
from tests.exporter.conftest import Serve
from tests.exporter.openapi.net import NET
from tests.exporter.stream.test_handler import Site, heard, listening
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS
from tests.exporter.webhooks.nouns import status_change

WEBHOOKS: Any = description()["webhooks"]

MANY = tuple(f"component-{number}" for number in range(2_000))
WORDY = tuple(Update(IncidentStatus.INVESTIGATING, "It is down. " * 100, NOON) for _ in range(100))


def schema(kind: EventKind) -> str:
    """The name of what a webhook posts."""
    body = WEBHOOKS[kind]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return str(body["$ref"].rpartition("/")[2])


@pytest.mark.parametrize("name", EVERY)
def test_whatever_is_said_is_said_as_described(name: str) -> None:
    said = message("standard", EVERY[name])
    assert said is not None
    NET.validate(schema(EVERY[name].event.kind), json.loads(said.body))


def test_every_kind_of_event_is_among_what_is_said() -> None:
    assert {notice.event.kind for notice in OCCASIONS.values()} == set(EventKind)


@pytest.mark.parametrize(
    ("kind", "subject", "omitted"),
    [
        (EventKind.INCIDENT_UPDATED, incident(updates=WORDY), "updates_omitted"),
        (EventKind.INCIDENT_UPDATED, incident(components=MANY), "components_omitted"),
        (EventKind.COMPONENT_STATUS_CHANGED, status_change().subject, "depends_on_omitted"),
        (
            EventKind.MAINTENANCE_STARTED,
            Window(id="mnt_1", title="Move", components=MANY, starts=NOON, ends=NOON + HOUR),
            "components_omitted",
        ),
    ],
)
def test_what_is_cut_to_its_length_is_cut_as_described(
    kind: EventKind, subject: Incident | StatusChange | Window, omitted: str
) -> None:
    told = Told(1, Event("evt_1", kind, NOON, subject))
    document = json.loads(payload(told, document_of(told, {"api": component_setup("api", depends_on=MANY)}.get)))
    assert omitted in document["data"]
    NET.validate(schema(kind), document)


async def test_the_stream_begins_and_goes_on_as_described(serve: Serve) -> None:
    site = Site()
    async with listening(await site.open(serve)) as response:
        NET.validate("StreamSnapshot", (await heard(response))["data"])
        await site.happens()
        event = await heard(response)
    NET.validate(schema(event["event"]), event["data"])
