"""The description as a page for people."""

from __future__ import annotations

import gzip
import hashlib
import shlex
from base64 import b64encode
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from exporter.openapi.description import SUBJECTS, description
from exporter.openapi.docs import docs_page
from exporter.openapi.fields import Row, rows
from exporter.openapi.schema import choice, instant, listed, maybe, record, ref, text, whole
from tests.exporter.conftest import Serve

Attributes = dict[str, str | None]


class Outline(HTMLParser):
    """The elements of a page in their order, and the texts of some."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.elements[-1][0] if self.elements else "", data))

    def all(self, *tags: str) -> list[Attributes]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name)) is not None]


PAGE = docs_page(description())
OUTLINE = Outline(PAGE)
CURLS = [text for tag, text in OUTLINE.texts if tag == "pre" and text.startswith("curl ")]


def test_every_endpoint_and_every_document_has_an_anchor() -> None:
    described: Any = description()
    endpoints = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    schemas = [f"schema-{name}" for name in described["components"]["schemas"]]
    assert {*endpoints, *schemas} <= set(OUTLINE.values("id"))


def test_every_anchor_is_there_once_and_every_link_finds_one() -> None:
    ids, links = OUTLINE.values("id"), OUTLINE.values("href")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_headings_come_in_order() -> None:
    levels = [int(tag[1]) for tag, _ in OUTLINE.elements if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_their_headers_say_of_what() -> None:
    assert len(OUTLINE.all("caption")) == len(OUTLINE.all("table")) > 0
    assert all(each.get("scope") in ("col", "row") for each in OUTLINE.all("th"))


def test_it_needs_nothing_but_itself() -> None:
    assert OUTLINE.all("script", "img", "iframe", "form") == []
    assert [each["href"] for each in OUTLINE.all("link")] == ["data:,"]
    assert OUTLINE.values("style") == []


async def test_its_policy_allows_its_two_styles_and_nothing_else(serve: Serve) -> None:
    async with (await serve()).get("/docs") as response:
        policy, page = response.headers["Content-Security-Policy"], await response.text()
    styles = [text for tag, text in Outline(page).texts if tag == "style" and text.strip()]
    hashes = " ".join(f"'sha256-{b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in styles)
    assert len(styles) == 2
    assert policy == (
        f"default-src 'none'; style-src {hashes}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def test_it_is_light() -> None:
    assert len(PAGE.encode()) < 250_000
    assert len(gzip.compress(PAGE.encode())) < 60_000


def test_there_is_a_request_for_every_endpoint_which_a_shell_understands() -> None:
    assert len(CURLS) == sum(len(subject.operations) for subject in SUBJECTS)
    for curl in CURLS:
        assert shlex.split(curl)[0] == "curl"
        assert "None" not in curl


def test_requests_go_to_where_the_page_is_or_else_to_where_it_is_by_itself() -> None:
    assert "STATUS=https://status.example\n" in docs_page(description("https://status.example"))
    assert "STATUS=http://127.0.0.1:8080\n" in PAGE


def test_a_request_says_all_that_is_needed() -> None:
    assert (
        'curl -X POST "$STATUS/api/v1/incidents/inc_5c6ffbdd40d9556b/updates" -H "Authorization: Bearer $KEY" '
        "-H 'Content-Type: application/json' "
        """-d '{\n  "message": "A fix is on its way.",\n  "status": "identified"\n}'"""
    ) in CURLS


@pytest.mark.parametrize(
    ("field", "row"),
    [
        (text("Its id."), Row("it", "text", "", "Its id.", must=True)),
        (maybe(instant()), Row("it", "time", "", "", must=True, nullable=True)),
        (choice(["a", "b"]), Row("it", "a, b", "", "", must=True)),
        (maybe(choice(["a", "b"])), Row("it", "a, b", "", "", must=True, nullable=True)),
        (
            whole(minimum=1, maximum=9, default=5),
            Row("it", "whole number", "", "(at least 1, at most 9, 5 unless given)", must=True),
        ),
        (listed(ref("Probe")), Row("it", "list of ", "Probe", "", must=True)),
        (maybe(ref("Probe")), Row("it", "", "Probe", "", must=True, nullable=True)),
    ],
)
def test_a_field_is_told_in_words(field: Any, row: Row) -> None:
    assert rows(record("", {"it": field})) == [row]


def test_the_fields_of_an_unnamed_document_are_told_within_that_which_holds_it() -> None:
    schema = record("", {"parts": listed(record("", {"id": text()}))}, optional=["parts"])
    assert [(row.name, row.kind, row.must) for row in rows(schema)] == [
        ("parts", "list", False),
        ("parts[].id", "text", True),
    ]
