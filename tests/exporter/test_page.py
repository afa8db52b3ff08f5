"""The status page as a reader without scripts gets it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from exporter.page import HEADLINES
from exporter.sources import Page, Sources, Vitals
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    MINUTE,
    SECOND,
    ComponentState,
    Incident,
    IncidentStatus,
    Span,
    Status,
    Update,
)
from tests.builders import NOON, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources

ATTACK = "<script>alert('\"&')</script>"
VOID = {"meta", "link"}


class Balance(HTMLParser):
    """Collects the tags, and those that were opened but not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.stack: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


async def fetched(serve: Serve, told: Sources) -> str:
    client = await serve(told)
    async with client.get("/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        return await response.text()


def words(html: str) -> str:
    """The text between the tags, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.split("</style>")[1]).split())


def troubled(*incidents: Incident, past: tuple[Incident, ...] = ()) -> Sources:
    board = Board(
        setup=setup(component_setup("api"), component_setup("cdn")),
        components={
            "api": ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON),
            "cdn": ComponentState(status=Status.OPERATIONAL, decided=NOON),
        },
        incidents=incidents,
    )
    ledger = [Span(NOON - 30 * DAY, Status.OPERATIONAL), Span(NOON - SECOND, Status.MAJOR_OUTAGE)]
    history = FakeHistory(ledgers={"api": ledger}, runs={"api": [(NOON, 145_000)]}, known=[*incidents, *past])
    return sources(board, history, page=Page("JustKalm", "https://status.justkalm.com"))


async def test_components_are_shown_with_status_uptimes_and_response_time(serve: Serve) -> None:
    text = words(await fetched(serve, troubled()))
    assert "API Major outage Uptime 24 hours 99.99 % 7 days 99.99 % 30 days 99.99 % Response 145 ms" in text
    assert "CDN Operational Uptime 24 hours – 7 days – 30 days – Response –" in text


@pytest.mark.parametrize("status", list(Status))
async def test_the_headline_follows_the_worst_status(serve: Serve, status: Status) -> None:
    board = Board(setup=setup(), components={"api": ComponentState(status=status, decided=NOON)})
    html = await fetched(serve, sources(board))
    assert f"<h2>{HEADLINES[status]}</h2>" in html
    assert f"<title>JustKalm status: {HEADLINES[status]}</title>" in html


async def test_an_open_incident_is_shown_with_its_timeline_newest_first(serve: Serve) -> None:
    updates = (
        Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", NOON),
        Update(IncidentStatus.IDENTIFIED, "Connections are refused.", NOON + MINUTE),
    )
    text = words(await fetched(serve, troubled(incident(updates=updates))))
    current = text[text.index("Current incidents") : text.index("Components")]
    assert current.index("Connections are refused.") < current.index("All checks of API fail.")
    assert "Affects API" in current
    assert "1 Dec 2026, 12:01 UTC" in current


async def test_a_past_incident_is_shown_with_its_end_and_below(serve: Serve) -> None:
    over = incident(
        "inc_past",
        status=IncidentStatus.RESOLVED,
        created_at=NOON - DAY,
        resolved_at=NOON - DAY + 45 * MINUTE,
        title="Elevated API latency",
    )
    text = words(await fetched(serve, troubled(past=(over,))))
    assert "Elevated API latency" in text[text.index("Past incidents") :]
    assert "30 Nov 2026, 11:59 UTC to 30 Nov 2026, 12:45 UTC" in text
    assert "Current incidents" not in text


async def test_an_open_incident_is_not_shown_among_the_past_ones(serve: Serve) -> None:
    text = words(await fetched(serve, troubled(incident(title="API outage"))))
    assert text.count("API outage") == 1


async def test_trouble_of_our_own_is_told(serve: Serve) -> None:
    vitals = Vitals(configured=True, degraded={"store_refused", "own_network"})
    text = words(await fetched(serve, sources(vitals=vitals)))
    assert "The monitor itself has trouble (own_network, store_refused)" in text


async def test_with_nothing_to_watch_there_is_still_a_page(serve: Serve) -> None:
    assert "Nothing is watched yet." in words(await fetched(serve, sources(Board())))


async def test_text_from_outside_never_becomes_markup(serve: Serve) -> None:
    hostile = incident(
        title=ATTACK,
        components=("api", ATTACK),
        updates=(Update(IncidentStatus.INVESTIGATING, ATTACK, NOON),),
    )
    board = Board(setup=setup(component_setup("api", name=ATTACK)), incidents=[hostile])
    told = sources(board, page=Page(ATTACK, f'https://x/"{ATTACK}'), vitals=Vitals(degraded={ATTACK}))
    html = await fetched(serve, told)
    assert "&lt;script&gt;alert(" in html
    assert {"script", "img", "iframe"}.isdisjoint(Balance(html).tags)


async def test_the_page_is_well_formed_and_brings_all_it_needs(serve: Serve) -> None:
    past = incident("inc_past", status=IncidentStatus.RESOLVED, resolved_at=NOON + MINUTE)
    page = Balance(await fetched(serve, troubled(incident(), past=(past,))))
    assert page.stack == []
    own = {"https://status.justkalm.com", "data:,", "/api/v1/status"}
    assert set(page.addresses) == own


async def test_the_policy_allows_this_style_and_nothing_else(serve: Serve) -> None:
    client = await serve()
    async with client.get("/") as response:
        policy, html = response.headers["Content-Security-Policy"], await response.text()
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in policy
    assert "unsafe" not in policy
    assert 'style="' not in html
