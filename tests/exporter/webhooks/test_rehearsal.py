"""What tries an alert out says so, to people and to programs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from exporter.webhooks.formats import FORMATS
from exporter.webhooks.formats.message import Notice
from exporter.webhooks.rehearsal import rehearsal
from monitor.core.model import Impact, Incident
from monitor.core.subscribing import Told
from tests.builders import NOON
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import OCCASIONS, TEST, TEST_OVER, notice

MACHINE_FORMATS = ["standard", "statuspage"]
TESTS = [notice(told.event) for told in (TEST, TEST_OVER)]


def body(name: str, said: Notice) -> Any:
    sent = message(name, said)
    assert sent is not None
    return json.loads(sent.body)


def without_links(document: Any) -> Any:
    if "incident" in document:
        del document["incident"]["shortlink"]
    return document


@pytest.mark.parametrize("told", [TEST, TEST_OVER])
def test_a_person_reads_that_delivery_is_tested(told: Told) -> None:
    assert isinstance(told.event.subject, Incident)
    assert "test of delivery" in told.event.subject.updates[-1].message


def test_its_events_are_no_events_of_ours_and_no_two_are_one() -> None:
    told = [*rehearsal("night", "api", Impact.MINOR, NOON), *rehearsal("night", "api", Impact.MINOR, NOON + 1)]
    assert all(one.event.id.startswith("test_") for one in told)
    assert len({one.event.id for one in told}) == 4


@pytest.mark.parametrize("said", TESTS, ids=["opening", "end"])
@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_a_program_can_tell_it(name: str, said: Notice) -> None:
    assert body(name, said)["test"] is True


@pytest.mark.parametrize("occasion", [occasion for occasion in OCCASIONS if occasion != "test"])
@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_nothing_else_is_marked_as_a_test(name: str, occasion: str) -> None:
    assert "test" not in body(name, OCCASIONS[occasion])


@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_but_for_its_mark_it_is_what_a_real_one_would_be(name: str) -> None:
    said = TESTS[0]
    real = replace(said, event=replace(said.event, id="evt_0123456789abcdef"))
    marked = body(name, said)
    del marked["test"]
    assert without_links(marked) == without_links(body(name, real))


@pytest.mark.parametrize("said", TESTS, ids=["opening", "end"])
@pytest.mark.parametrize("name", FORMATS)
def test_it_links_to_the_page_and_to_no_incident_that_is_not_there(name: str, said: Notice) -> None:
    sent = message(name, said)
    assert sent is not None
    assert b"/#" not in sent.body
