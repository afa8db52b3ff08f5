"""Badges: what they say, how they are drawn, and how they are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, fromstring

import pytest

from exporter.badges.badge import (
    FIGURE,
    GRADES,
    PERIODS,
    Badge,
    response_time_badge,
    shield_document,
    status_badge,
    uptime_badge,
)
from exporter.badges.drawing import GROUND, INK, drawn, length
from exporter.page.style import STYLE
from exporter.page.templates import COLOURS
from exporter.sources import Sources
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, ComponentState, Span, Status
from monitor.core.uptime import WINDOWS, Uptime
from tests.builders import NOON, component_setup, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources

API = component_setup("api")
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = [
    "<script>alert(1)</script>",
    '"/><image href="https://evil.example/x"/>',
    "&nosuch; &#0;",
    "]]>",
    "\x00\x1f\ufffe\ud800",
    "{{ 7 * 7 }}",
]


def read(badge: Badge) -> Element:
    return fromstring(drawn(badge).encode(errors="strict"))


def site() -> Sources:
    """An API that was down for an hour, three days ago, and is degraded now."""
    board = Board(setup=setup(API), components={"api": ComponentState(status=Status.DEGRADED)})
    ledger = [
        Span(NOON - 40 * DAY, Status.OPERATIONAL),
        Span(NOON - 3 * DAY, Status.MAJOR_OUTAGE),
        Span(NOON - 3 * DAY + HOUR, Status.OPERATIONAL),
    ]
    return sources(board, FakeHistory(ledgers={"api": ledger}, runs={"api": [(NOON, 144_600)]}))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (Status.OPERATIONAL, "operational"),
        (Status.DEGRADED, "degraded performance"),
        (Status.PARTIAL_OUTAGE, "partial outage"),
        (Status.MAJOR_OUTAGE, "major outage"),
        (Status.MAINTENANCE, "under maintenance"),
        (Status.UNKNOWN, "unknown"),
    ],
)
def test_a_status_is_said_in_words_and_colour(status: Status, message: str) -> None:
    assert status_badge(API, status) == Badge("API", message, COLOURS[status])


@pytest.mark.parametrize(
    ("lost", "message", "grade"),
    [
        (0, "100.00%", Status.OPERATIONAL),
        (1, "99.99%", Status.OPERATIONAL),
        (1_000, "99.90%", Status.OPERATIONAL),
        (1_001, "99.89%", Status.DEGRADED),
        (10_001, "98.99%", Status.PARTIAL_OUTAGE),
        (50_001, "94.99%", Status.MAJOR_OUTAGE),
        (1_000_000, "0.00%", Status.MAJOR_OUTAGE),
    ],
)
def test_an_uptime_is_said_with_two_decimals_and_graded(lost: int, message: str, grade: Status) -> None:
    uptime = Uptime(window=1_000_000, spent={Status.MAJOR_OUTAGE: lost})
    assert uptime_badge(API, "month", uptime) == Badge("API uptime 30 days", message, COLOURS[grade])


@pytest.mark.parametrize(
    ("spent", "message"),
    [
        ({Status.UNKNOWN: 990}, "100.00%"),
        ({Status.UNKNOWN: 991}, "no data"),
        ({Status.UNKNOWN: 1_000}, "no data"),
        ({Status.MAINTENANCE: 1_000}, "no data"),
        ({Status.MAINTENANCE: 900, Status.UNKNOWN: 50}, "100.00%"),
    ],
)
def test_an_uptime_of_what_hardly_anybody_watched_is_not_said(spent: Mapping[Status, int], message: str) -> None:
    badge = uptime_badge(API, "month", Uptime(window=1_000, spent=spent))
    assert badge.message == message
    assert (badge.color == COLOURS[Status.UNKNOWN]) == (message == "no data")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("\u202eIPA", "IPA"),
        ("A\u2067P\u2069I", "API"),
        ("A\nP I", "A P I"),
        ("שלום", "שלום"),
        ("x" * 200, "x" * 99 + "…"),
    ],
)
def test_a_name_is_one_line_that_cannot_turn_our_words_around(name: str, label: str) -> None:
    component = component_setup("api", name=name)
    assert status_badge(component, Status.OPERATIONAL).label == label
    assert uptime_badge(component, "day", Uptime(window=1, spent={})).label == f"{label} uptime 24 hours"
    assert response_time_badge(component, 1).label == f"{label} response time"


def test_badges_icons_and_pages_have_the_same_colours() -> None:
    names = {status: re.findall(rf"^\.{status} {{ --state: var\(--(\w+)\); }}$", STYLE, re.M)[0] for status in Status}
    assert {status: re.findall(rf"--{name}: (#\w{{6}});", STYLE)[0] for status, name in names.items()} == COLOURS


@pytest.mark.parametrize(
    ("microseconds", "badge"),
    [
        (144_600, Badge("API response time", "145 ms", FIGURE)),
        (400, Badge("API response time", "0 ms", FIGURE)),
        (None, Badge("API response time", "no data", COLOURS[Status.UNKNOWN])),
    ],
)
def test_a_response_time_is_said_in_whole_milliseconds(microseconds: int | None, badge: Badge) -> None:
    assert response_time_badge(API, microseconds) == badge


def test_every_window_of_uptime_can_be_asked_for() -> None:
    assert list(PERIODS) == list(WINDOWS)
    assert all(status in COLOURS for _, status in GRADES)


def test_a_shield_has_what_an_endpoint_badge_must_have() -> None:
    assert shield_document(Badge("API", "operational", "#1a7f4b")) == {
        "schemaVersion": 1,
        "label": "API",
        "message": "operational",
        "color": "#1a7f4b",
    }


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────────


def contrast(first: str, second: str) -> float:
    """Of two colours, as WCAG 2 computes it."""
    darker, lighter = sorted([_luminance(first), _luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_computed_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", [GROUND, FIGURE, *COLOURS.values()])
def test_the_text_stands_out_from_every_colour_under_it(color: str) -> None:
    assert contrast(INK, color) >= 4.5


def test_a_badge_can_be_heard() -> None:
    root = read(status_badge(API, Status.MAJOR_OUTAGE))
    assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", "API: major outage")
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "API: major outage"


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("i", 3),
        ("mmmm", 44),
        ("operational", 62),
        ("100.00%", 51),
        ("日本", 22),
        ("e\u0301", 7),  # a combining mark takes no room
        ("я", 8),
    ],
)
def test_texts_are_as_wide_as_in_verdana_of_11_px(text: str, width: int) -> None:
    assert length(text) == width


@pytest.mark.parametrize(("label", "message"), [("API", "up"), ("A rather long name of a component", "degraded")])
def test_each_text_has_room_of_its_own(label: str, message: str) -> None:
    root = read(Badge(label, message, FIGURE))
    left, right = root.iter(f"{SVG}text")
    assert (left.text, right.text) == (label, message)
    ends = [int(text.attrib["x"]) + int(text.attrib["textLength"]) for text in (left, right)]
    edge = int(re.findall(r"^M(\d+) 0", root.findall(f"{SVG}path")[0].attrib["d"])[0])
    assert 0 < int(left.attrib["x"]) < ends[0] < edge < int(right.attrib["x"]) < ends[1] < int(root.attrib["width"])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_stay_names(hostile: str) -> None:
    root = read(Badge(hostile, hostile, FIGURE))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    shown = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert [re.findall(r"[ -~]", text) for text in shown] == [re.findall(r"[ -~]", hostile)] * 2


def test_a_badge_needs_nothing_from_elsewhere_and_no_style_that_a_policy_forbids() -> None:
    picture = drawn(status_badge(API, Status.OPERATIONAL)).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|href|url\(|style|<script", picture)


# ── over sockets ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "label", "message"),
    [
        ("", "API", "degraded performance"),
        ("?show=status", "API", "degraded performance"),
        ("?show=uptime", "API uptime 30 days", "99.86%"),
        ("?show=uptime&period=week", "API uptime 7 days", "99.40%"),
        ("?show=uptime&period=day", "API uptime 24 hours", "100.00%"),
        ("?show=response_time", "API response time", "145 ms"),
        ("?colour=red", "API", "degraded performance"),
    ],
)
async def test_picture_and_shield_show_what_is_asked_for(serve: Serve, query: str, label: str, message: str) -> None:
    client = await serve(site())
    async with client.get(f"/badges/api.json{query}") as response:
        shield = await response.json()
    assert (shield["label"], shield["message"]) == (label, message)
    async with client.get(f"/badges/api.svg{query}") as response:
        assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        root = fromstring(await response.read())
    assert root.attrib["aria-label"] == f"{label}: {message}"


@pytest.mark.parametrize("path", ["/badges/api.svg", "/badges/api.json"])
async def test_pages_of_other_sites_may_show_it_and_who_has_it_gets_none(serve: Serve, path: str) -> None:
    client = await serve(site())
    async with client.get(path) as first:
        etag = first.headers["ETag"]
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert first.headers["Cache-Control"] == "public, max-age=5"
    async with client.get(path, headers={"If-None-Match": etag}) as second:
        assert (second.status, await second.read()) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/badges/nope.svg", 404),
        ("/badges/nope.json", 404),
        ("/badges/api.png", 404),
        ("/badges/api.svg?show=colour", 422),
        ("/badges/api.json?show=uptime&period=year", 422),
    ],
)
async def test_what_there_is_not_is_a_problem(serve: Serve, path: str, status: int) -> None:
    client = await serve(site())
    async with client.get(path) as response:
        assert (response.status, response.content_type) == (status, "application/problem+json")


async def test_a_component_of_which_nothing_was_heard_is_unknown(serve: Serve) -> None:
    client = await serve(sources(Board(setup=setup(API))))
    for show, message in (("status", "unknown"), ("uptime", "no data"), ("response_time", "no data")):
        async with client.get(f"/badges/api.json?show={show}") as response:
            assert (await response.json())["message"] == message
