from __future__ import annotations

import inspect
from dataclasses import dataclass, is_dataclass
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core import model, subscribing
from monitor.core.model import Event, EventKind, Incident, Result, Span, Status, StatusChange, Window
from storage.codec import decode, encode, storable
from tests.builders import NOON, incident, result
from tests.storage.nouns import nouns

NOUNS = {
    name: noun
    for module in (model, subscribing)
    for name, noun in inspect.getmembers(module, inspect.isclass)
    if is_dataclass(noun) and noun is not subscribing.Alert  # its settings are secrets, which are never written down
}


@pytest.mark.parametrize("noun", NOUNS.values(), ids=NOUNS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_noun_comes_back_as_it_was(noun: type[Any], data: st.DataObject) -> None:
    value = data.draw(nouns(noun))
    assert decode(noun, encode(value)) == value


def test_a_noun_is_compact_and_names_its_fields() -> None:
    assert encode(Span(NOON, Status.OPERATIONAL)) == f'{{"since":{NOON},"status":"operational"}}'


@pytest.mark.parametrize(
    "subject",
    [
        incident(),
        StatusChange("api", Status.OPERATIONAL, Status.DEGRADED, NOON),
        Window(id="w", title="Upgrade", components=("api",), starts=NOON, ends=NOON + 1),
    ],
    ids=lambda subject: type(subject).__name__,
)
def test_of_several_nouns_the_one_with_these_fields_is_read(subject: Incident | StatusChange | Window) -> None:
    event = Event("evt_1", EventKind.INCIDENT_CREATED, NOON, subject)
    assert decode(Event, encode(event)) == event


@pytest.mark.parametrize(
    "fields",
    ['"color":"red"', '"id":"w","title":"","components":[],"starts":1,"ends":2,"color":"red"'],
    ids=["too few", "too many"],
)
def test_fields_that_fit_no_noun_are_refused(fields: str) -> None:
    text = f'{{"id":"e","kind":"incident.created","at":1,"subject":{{{fields}}}}}'
    with pytest.raises(TypeError, match="tell 0 nouns"):
        decode(Event, text)


def test_a_field_that_did_not_exist_then_takes_its_default() -> None:
    old = f'{{"probe":"api/health","started":{NOON},"at":{NOON},"verdict":"pass"}}'
    assert decode(Result, old) == Result(probe="api/health", started=NOON, at=NOON, verdict=model.Verdict.PASS)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"since":1}', TypeError),
        ('{"since":1,"status":"operational","color":"red"}', KeyError),
        ('{"since":1,"status":"on fire"}', ValueError),
        ('{"since":1,', ValueError),
    ],
    ids=["missing field", "unknown field", "unknown word", "cut off"],
)
def test_what_is_not_the_noun_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(Span, text)


def test_any_mapping_is_written_as_an_object() -> None:
    seen = result(evidence=MappingProxyType({"server": "nginx"}))
    assert decode(Result, encode(seen)).evidence == {"server": "nginx"}


def test_half_decoded_text_survives() -> None:
    seen = result(detail="caf\udce9")
    assert decode(Result, encode(seen)) == seen


def test_storable_text_is_unicode_and_good_text_stays_as_it_is() -> None:
    assert storable("caf\udce9 é") == "caf\\udce9 é"


def test_a_type_without_a_codec_is_refused() -> None:
    @dataclass
    class Measured:
        value: bytes

    with pytest.raises(TypeError, match="no codec for"):
        decode(Measured, '{"value":"1.5"}')


def test_a_value_without_json_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON for"):
        encode({1, 2})
