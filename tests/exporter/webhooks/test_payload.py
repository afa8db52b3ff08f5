"""What a webhook says, and how it is kept short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.documents import incident_document
from exporter.webhooks.payload import document_of, payload
from monitor.core.model import (
    HOUR,
    MINUTE,
    ComponentSetup,
    Event,
    EventKind,
    Incident,
    IncidentStatus,
    Status,
    StatusChange,
    Update,
    Window,
)
from monitor.core.subscribing import Told
from tests.builders import NOON, component_setup, incident

API = component_setup("api", depends_on=("auth",))
CHANGE = StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON - MINUTE)
WINDOW = Window(id="mnt_1", title="Upgrade", components=("api", "batch"), starts=NOON, ends=NOON + HOUR)


def told(subject: Incident | StatusChange | Window, kind: EventKind = EventKind.INCIDENT_UPDATED) -> Told:
    return Told(7, Event("evt_1", kind, NOON + 123, subject))


def component_of(component: str) -> ComponentSetup | None:
    return {"api": API}.get(component)


def sent(subject: Incident | StatusChange | Window, kind: EventKind = EventKind.INCIDENT_UPDATED) -> dict[str, Any]:
    """The payload of an event as a receiver reads it, within its limit."""
    event = told(subject, kind)
    body = payload(event, document_of(event, component_of))
    assert len(body) <= 20_000
    read: dict[str, Any] = json.loads(body.decode("utf-8", "strict"))
    return read


def updates(*messages: str) -> tuple[Update, ...]:
    return tuple(
        Update(IncidentStatus.INVESTIGATING, message, NOON + MINUTE * minute)
        for minute, message in enumerate(messages)
    )


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────


def test_a_payload_says_the_kind_the_time_the_sequence_and_the_subject() -> None:
    assert (
        payload(told(incident()), {"id": "inc_1", "title": "Störung"})
        == (
            '{"type":"incident.updated","timestamp":"2026-12-01T12:00:00.123Z","sequence":7,'
            '"data":{"id":"inc_1","title":"Störung"}}'
        ).encode()
    )


def test_an_incident_is_told_as_the_api_shows_it() -> None:
    trouble = incident()
    assert sent(trouble)["data"] == json.loads(json.dumps(incident_document(trouble)))


def test_a_change_of_status_is_told_with_what_the_component_is() -> None:
    assert sent(CHANGE, EventKind.COMPONENT_STATUS_CHANGED)["data"] == {
        "id": "api",
        "name": "API",
        "description": "",
        "status": "major_outage",
        "previous_status": "operational",
        "since": "2026-12-01T11:59:00Z",
        "depends_on": ["auth"],
    }


def test_a_change_of_a_component_that_is_watched_no_more_has_no_name() -> None:
    gone = StatusChange("old", Status.OPERATIONAL, Status.DEGRADED, NOON)
    shown = sent(gone, EventKind.COMPONENT_STATUS_CHANGED)["data"]
    assert (shown["id"], shown["name"], shown["description"], shown["depends_on"]) == ("old", None, None, [])


def test_a_maintenance_is_told_with_its_times() -> None:
    assert sent(WINDOW, EventKind.MAINTENANCE_STARTED)["data"] == {
        "id": "mnt_1",
        "title": "Upgrade",
        "status": "in_progress",
        "components": ["api", "batch"],
        "starts": "2026-12-01T12:00:00Z",
        "ends": "2026-12-01T13:00:00Z",
        "stops": False,
        "recurring": None,
        "by": None,
    }


def test_the_status_of_a_maintenance_is_that_of_the_event() -> None:
    planned = replace(WINDOW, starts=NOON + MINUTE)
    assert sent(planned, EventKind.MAINTENANCE_SCHEDULED)["data"]["status"] == "scheduled"
    cancelled = replace(planned, cancelled=True)
    assert sent(cancelled, EventKind.MAINTENANCE_COMPLETED)["data"]["status"] == "cancelled"


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert sent(incident(title="a\ud800b"))["data"]["title"] == "a?b"


# ── how it is kept short ─────────────────────────────────────────────────────────────────────────────


def test_a_document_that_fits_to_the_byte_is_told_whole() -> None:
    event = told(incident())
    frame = len(payload(event, {"title": ""}))
    fitting: Mapping[str, object] = {"title": "x" * (20_000 - frame)}
    body = payload(event, fitting)
    assert len(body) == 20_000
    assert json.loads(body)["data"] == fitting


def test_the_oldest_updates_are_left_out_first_and_no_more_than_must_be() -> None:
    messages = [f"{number} " + "x" * 900 for number in range(50)]
    read = sent(incident(updates=updates(*messages)))
    kept = [update["message"] for update in read["data"]["updates"]]
    assert kept == messages[-len(kept) :]
    assert read["data"]["updates_omitted"] == 50 - len(kept)
    one_more = len(json.dumps(read["data"]["updates"][0], separators=(",", ":"))) + 1
    assert 20_000 - one_more < len(json.dumps(read, separators=(",", ":"))) <= 20_000


def test_nothing_is_said_of_omissions_where_there_are_none() -> None:
    assert "updates_omitted" not in sent(incident(updates=updates(*["x" * 880] * 20)))["data"]


def test_an_old_giant_message_goes_before_newer_updates_are_cut() -> None:
    shown = sent(incident(updates=updates("x" * 30_000, "second", "third")))["data"]
    assert [update["message"] for update in shown["updates"]] == ["second", "third"]
    assert shown["updates_omitted"] == 1


def test_a_giant_newest_message_is_cut_with_an_ellipsis() -> None:
    trouble = incident(updates=updates("first", "é" * 30_000))
    shown = sent(trouble)["data"]
    assert shown["updates_omitted"] == 1
    message = shown["updates"][0]["message"]
    assert set(message[:-1]) == {"é"}
    assert message[-1] == "…"
    assert len(payload(told(trouble), document_of(told(trouble), component_of))) > 20_000 - 2


def test_of_a_giant_title_nothing_else_is_cut_or_left_out() -> None:
    trouble = incident(title="x" * 30_000, components=("api", "auth"))
    shown = sent(trouble)["data"]
    assert shown.pop("title").endswith("x…")
    whole = json.loads(json.dumps(incident_document(trouble)))
    del whole["title"]
    assert shown == whole


@pytest.mark.parametrize("count", [400, 3_000])
def test_of_too_many_components_the_first_are_told_and_the_rest_counted(count: int) -> None:
    components = tuple(f"{number:063}" for number in range(count))
    shown = sent(incident(components=components))["data"]
    assert shown["components"] == list(components[: len(shown["components"])])
    assert shown["components_omitted"] == count - len(shown["components"])
    assert len(shown["components"]) > 250


def test_a_giant_post_mortem_is_cut_with_an_ellipsis() -> None:
    shown = sent(incident(postmortem="é" * 10_000, updates=updates("é" * 10_000)))["data"]
    assert shown["postmortem"] == shown["updates"][0]["message"]
    assert shown["postmortem"].endswith("é…")
    assert shown["title"] == "API outage"


def test_the_document_that_was_handed_in_is_left_as_it_was() -> None:
    trouble = incident(updates=updates(*["x" * 1_000] * 50), title="x" * 30_000)
    document = incident_document(trouble)
    payload(told(trouble), document)
    assert document == incident_document(trouble)


wild = st.text(st.characters(), max_size=20)  # half surrogate pairs included
wild_texts = wild | st.builds(lambda text, times: text * times, wild, st.integers(0, 3_000))


@given(title=wild_texts, messages=st.lists(wild_texts, min_size=1, max_size=40), listed=st.integers(1, 500))
def test_any_incident_fits_and_its_newest_update_is_always_there(
    title: str, messages: list[str], listed: int
) -> None:
    shown = sent(
        incident(title=title, updates=updates(*messages), components=tuple(f"{n:063}" for n in range(listed)))
    )["data"]
    assert len(shown["updates"]) + shown.get("updates_omitted", 0) == len(messages)
    assert shown["updates"][-1]["timestamp"].startswith(f"2026-12-01T12:{len(messages) - 1:02}")
    assert shown["updates"][-1]["message"].rstrip("…") in messages[-1].encode(errors="replace").decode()


@given(wild_texts, wild_texts)
def test_any_other_subject_fits(text: str, other: str) -> None:
    component = ComponentSetup(id="api", name=text, description=other, probes=())
    event = told(CHANGE, EventKind.COMPONENT_STATUS_CHANGED)
    assert len(payload(event, document_of(event, lambda _: component))) <= 20_000
    sent(Window(id="mnt_1", title=text, components=("api",), starts=NOON, ends=NOON + HOUR))
