"""Each example of an answer is the answer to the example of its request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from exporter.feeds.icalendar import calendar
from exporter.openapi.description import description
from exporter.openapi.subjects.embedding import CALENDAR
from exporter.openapi.subjects.incidents import OPENED
from exporter.openapi.subjects.maintenances import WINDOW_EXAMPLE
from exporter.sources import Page
from monitor.core.model import SECOND, Window
from tests.exporter.desk import watching
from tests.exporter.openapi.net import NET

DESCRIPTION: Any = description()
OPERATIONS: dict[str, tuple[str, Any]] = {
    each["operationId"]: (path, each) for path, methods in DESCRIPTION["paths"].items() for each in methods.values()
}


def example(contents: Any) -> Any:
    """The one of a JSON document; None where there is none."""
    for shown in contents.get("application/json", {}).get("examples", {}).values():
        name = shown.get("$ref", "").rpartition("/")[2]
        return DESCRIPTION["components"]["examples"][name]["value"] if name else shown["value"]
    return None


def schema(contents: Any) -> str:
    return str(contents["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def answered(operation: Any) -> Iterator[Any]:
    """The contents of its answers that have an example."""
    for response in operation["responses"].values():
        if example(response.get("content", {})) is not None:
            yield response["content"]


def asked_and_answered() -> Iterator[Any]:
    for name, (_, operation) in OPERATIONS.items():
        asked = example(operation.get("requestBody", {}).get("content", {}))
        for contents in answered(operation):
            if asked is not None:
                yield pytest.param(asked, example(contents), id=name)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_example_of_an_answer_is_as_its_schema_has_it(name: str) -> None:
    for contents in answered(OPERATIONS[name][1]):
        NET.validate(schema(contents), example(contents), name)


@pytest.mark.parametrize(("asked", "answer"), list(asked_and_answered()))
def test_what_was_asked_for_is_what_is_answered(asked: dict[str, Any], answer: dict[str, Any]) -> None:
    for field in asked.keys() & answer.keys():
        assert answer[field] == asked[field]
    if "message" in asked:
        assert answer["updates"][-1]["message"] == asked["message"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_answer_is_of_that_which_the_path_names(name: str) -> None:
    _, operation = OPERATIONS[name]
    named = [each["example"] for each in operation.get("parameters", ()) if each.get("in") == "path"]
    for contents in answered(operation):
        answer = example(contents)
        if named and "id" in answer:
            assert answer["id"] == named[-1]


async def test_an_incident_is_opened_as_the_example_has_it(tmp_path: Path) -> None:
    asked = DESCRIPTION["components"]["examples"]["NewIncident"]["value"]
    async with watching(tmp_path) as desk:
        reply = await desk.operate("POST", "/api/v1/incidents", asked)
    assert reply.status == 201
    assert lasting(reply.document) == lasting(OPENED)


def test_the_calendar_is_told_as_the_example_has_it() -> None:
    planned = instant_of("2026-12-01T12:00:00Z")
    told: Any = WINDOW_EXAMPLE
    upgrade = Window(
        id=told["id"],
        title=told["title"],
        components=("api", "batch"),
        starts=instant_of(told["starts"]),
        ends=instant_of(told["ends"]),
        stops=True,
        known=planned,
        revised=planned,
    )
    page, names = Page("JustKalm", "https://status.justkalm.com"), {"api": "API", "batch": "Batch Processing"}
    assert calendar(page, [upgrade], names, planned) == CALENDAR.replace("\n", "\r\n")


def instant_of(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * SECOND


def lasting(incident: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on when it was opened, and by whom."""
    said = [(update["status"], update["message"]) for update in incident["updates"]]
    varying = {"id", "created_at", "started_at", "by", "updates"}
    return {"said": said} | {field: value for field, value in incident.items() if field not in varying}
