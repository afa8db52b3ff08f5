"""The front page as a reader without scripts gets it."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from exporter.page.maintenances import MOST_SHOWN
from exporter.page.record import SLOT as QUARTER
from exporter.page.response import LEAST_DRAWN
from exporter.page.templates import icon
from exporter.page.words import HEADLINES
from exporter.sources import Page, Sources, Vitals
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    AmendmentKind,
    ComponentState,
    Incident,
    IncidentStatus,
    Span,
    Status,
    Update,
    Window,
)
from tests.builders import NOON, amendment, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources
from tests.exporter.page.markup import ATTACK, Markup, between_tags, fetched, words
from tests.exporter.page.stories import PAST, story

DOWN = ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON)


def troubled(*incidents: Incident, past: tuple[Incident, ...] = ()) -> Sources:
    board = Board(
        setup=setup(component_setup("api"), component_setup("cdn")),
        components={
            "api": DOWN,
            "cdn": ComponentState(status=Status.OPERATIONAL, decided=NOON),
        },
        incidents=incidents,
    )
    ledger = [Span(NOON - 30 * DAY, Status.OPERATIONAL), Span(NOON - SECOND, Status.MAJOR_OUTAGE)]
    history = FakeHistory(ledgers={"api": ledger}, runs={"api": [(NOON - 1, 145_000)]}, known=[*incidents, *past])
    return sources(board, history, page=Page("JustKalm", "https://status.justkalm.com"))


async def test_components_are_shown_with_status_uptimes_and_response_time(serve: Serve) -> None:
    text = words(await fetched(serve, troubled()))
    assert "API Major outage Thu 3 Sep 2026 Today" in text
    assert "Uptime 24 h 99.99 % 100.00 % observed 7 days 99.99 % 100.00 % observed 30 days 99.99 %" in text
    assert "Response 145 ms 24 h: median 146 ms, p95 146 ms" in text
    assert "CDN Operational" in text
    assert "Uptime 24 h – 0.00 % observed 7 days – 0.00 % observed 30 days – 0.00 % observed Response –" in text


@pytest.mark.parametrize("status", list(Status))
async def test_the_headline_follows_the_worst_status(serve: Serve, status: Status) -> None:
    board = Board(setup=setup(), components={"api": ComponentState(status=status, decided=NOON)})
    html = await fetched(serve, sources(board))
    assert words(html).startswith(HEADLINES[status])
    assert f"<title>JustKalm status: {HEADLINES[status]}" in html
    assert icon(status) in html.replace("&#39;", "'")


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
    assert "30 Nov 2026, 11:59 UTC to 12:45 UTC (45 min 40 s)" in text
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
    tags = Markup(html).tags
    assert tags.count("script") == 1
    assert {"img", "iframe"}.isdisjoint(tags)


async def test_the_page_is_well_formed_and_brings_all_it_needs_but_its_own_script(serve: Serve) -> None:
    page = Markup(await fetched(serve, story()))
    assert page.stack == []
    assert len(page.ids) == len(set(page.ids))
    elsewhere = {address for address in page.addresses if not address.startswith(("/", "#"))}
    assert {address.partition(",")[0] for address in elsewhere} == {
        "https://status.justkalm.com",
        "https://status.justkalm.com/",
        "data:image/svg+xml",
    }


async def test_the_page_is_small(serve: Serve) -> None:
    """With six components, ninety days and twenty incidents."""
    assert len(PAST) == 20
    html = (await fetched(serve, story())).encode()
    assert len(html) < 250_000
    assert len(gzip.compress(html)) < 60_000


async def test_the_policy_allows_this_style_our_script_and_nothing_else(serve: Serve) -> None:
    client = await serve()
    async with client.get("/") as response:
        policy, html = response.headers["Content-Security-Policy"], await response.text()
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    assert 'style="' not in html


async def test_the_page_says_as_of_when_it_is_in_its_own_zone(serve: Serve) -> None:
    html = await fetched(serve, sources(page=Page("JustKalm", timezone="Europe/Berlin")))
    assert "As of 13:00 CET" in between_tags(html[html.index("<header>") : html.index("</header>")])
    assert '<time datetime="2026-12-01T12:00:00Z">13:00 CET</time>' in html


async def test_the_page_leads_to_the_documentation_of_the_api(serve: Serve) -> None:
    assert "/docs" in Markup(await fetched(serve, sources())).addresses


async def test_while_an_incident_is_open_all_is_not_well(serve: Serve) -> None:
    board = Board(
        setup=setup(),
        components={"api": ComponentState(status=Status.OPERATIONAL, decided=NOON)},
        incidents=[incident(title="Everything is on fire")],
    )
    html = await fetched(serve, sources(board))
    assert words(html).startswith("1 open incident: Everything is on fire Last change")
    assert "<title>JustKalm status: 1 open incident: Everything is on fire</title>" in html
    assert '<section class="overall major_outage"' in html
    assert icon(Status.MAJOR_OUTAGE) in html.replace("&#39;", "'")


@pytest.mark.parametrize("turn", ["\u202e", "\u202a", "\u2066", "\u2069"])
async def test_no_name_turns_the_direction_of_our_own_words(serve: Serve, turn: str) -> None:
    name = f"{turn}שלום"
    board = Board(
        setup=setup(component_setup("api", name=name)), incidents=[incident(title=name)], components={"api": DOWN}
    )
    html = await fetched(serve, sources(board, page=Page(name)))
    assert turn not in html
    assert html.count("<bdi>שלום</bdi>") == 4  # of the page, the incident, what it affects and the component


async def test_a_few_points_are_not_drawn(serve: Serve) -> None:
    few = {"api": [(NOON - number * QUARTER, 145_000) for number in range(1, LEAST_DRAWN)]}
    assert '<svg class="sparkline"' not in await fetched(serve, sources(history=FakeHistory(runs=few)))
    few["api"].append((NOON - LEAST_DRAWN * QUARTER, 145_000))
    assert '<svg class="sparkline"' in await fetched(serve, sources(history=FakeHistory(runs=few)))


async def test_of_days_on_which_nobody_watched_it_is_not_said_that_there_were_no_incidents(serve: Serve) -> None:
    ledgers = {"api": [Span(NOON - DAY, Status.OPERATIONAL)]}
    board = Board(setup=setup(component_setup("api"), component_setup("cdn")))
    text = words(await fetched(serve, sources(board, FakeHistory(ledgers=ledgers))))
    assert "Mon 30 Nov 2026 No incidents. Sun 29 Nov 2026 Not observed." in text


async def test_maintenance_that_is_over_stands_among_the_past(serve: Serve) -> None:
    over = Window(id="mnt_over", title="Over", components=("api",), starts=NOON - DAY, ends=NOON - 23 * HOUR)
    never = replace(over, id="mnt_never", title="Called off", cancelled=True)
    goes_on = replace(over, id="mnt_on", title="Goes on", ends=NOON + 1)
    html = await fetched(serve, sources(history=FakeHistory(planned=[over, never, goes_on])))
    assert "Over Completed Affects API 30 Nov 2026, 12:00 UTC to 13:00 UTC" in words(html)
    assert 'id="mnt_over"' in html
    assert "Called off" not in html
    assert "Goes on" not in html  # by the board alone


async def test_of_more_maintenance_than_is_shown_it_is_said_how_much(serve: Serve) -> None:
    windows = tuple(
        Window(id=f"mnt_{number}", title="Upgrade", components=("api",), starts=NOON + number, ends=NOON + DAY)
        for number in range(MOST_SHOWN + 2)
    )
    html = await fetched(serve, sources(Board(setup=setup(windows=windows))))
    assert html.count('id="mnt_') == MOST_SHOWN
    assert "And 2 more in the calendar ." in words(html)
    html = await fetched(serve, sources(Board(setup=setup(windows=windows[:MOST_SHOWN]))))
    assert "in the calendar" not in words(html)


async def test_who_has_the_page_is_told_so_without_it(serve: Serve) -> None:
    client = await serve(story())
    async with client.get("/") as response:
        tag = response.headers["ETag"]
    async with client.get("/", headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")


async def test_running_maintenance_and_what_is_to_come_are_shown_and_nothing_else(serve: Serve) -> None:
    def window(title: str, starts: int, **changes: object) -> Window:
        planned = {"id": f"mnt_{title}", "title": title, "components": ("api",), "starts": NOON + starts}
        return Window(**(planned | {"ends": NOON + starts + 2 * HOUR} | changes))  # type: ignore[arg-type]

    windows = (
        window("Later", DAY, stops=True),
        window("Running", -HOUR),
        window("Over", -2 * HOUR),
        window("Called off", HOUR, cancelled=True),
    )
    text = words(await fetched(serve, sources(Board(setup=setup(windows=windows)))))
    planned = text[text.index("Maintenance") : text.index("Components")]
    assert planned.index("Running In progress Affects API 1 Dec 2026, 11:00 UTC to 13:00 UTC") < planned.index(
        "Later"
    )
    assert "Later Scheduled Affects API 2 Dec 2026, 12:00 UTC to 14:00 UTC Not available meanwhile." in planned
    assert "Over" not in planned
    assert "Called off" not in planned


async def test_each_of_the_last_ninety_days_says_how_long_each_status_lasted(serve: Serve) -> None:
    html = await fetched(serve, troubled())
    titles = re.findall(r"<rect class=\"(\w+)\"[^>]*><title>([^<]*)</title>", html)
    assert len(titles) == 2 * 90
    assert titles[89] == ("major_outage", "Tue 1 Dec 2026: Major outage 1 s, operational 11 h 59 min")
    assert titles[88] == ("operational", "Mon 30 Nov 2026: Operational all day")
    assert titles[0] == ("unknown", "Thu 3 Sep 2026: Unknown all day")


async def test_days_are_those_of_the_pages_time_zone(serve: Serve) -> None:
    ledger = [Span(NOON - DAY, Status.OPERATIONAL), Span(NOON - 13 * HOUR, Status.MAJOR_OUTAGE)]
    ledger.append(Span(NOON - 12 * HOUR, Status.OPERATIONAL))  # the last hour of 30 November in London
    for timezone, day in {"UTC": "Mon 30 Nov 2026", "Europe/Berlin": "Tue 1 Dec 2026"}.items():
        told = sources(history=FakeHistory(ledgers={"api": ledger}), page=Page("JustKalm", timezone=timezone))
        assert f"{day}: Major outage 1 h," in await fetched(serve, told)


async def test_what_people_corrected_counts_as_they_say_and_is_marked(serve: Serve) -> None:
    told = troubled()
    history = told.history
    assert isinstance(history, FakeHistory)
    history.amended = [amendment(since=NOON - HOUR, until=NOON + HOUR, kind=AmendmentKind.FALSE_ALARM)]
    html = await fetched(serve, told)
    assert "Tue 1 Dec 2026: Operational all day (corrected by people)" in html
    assert "corrected by people Today Uptime 24 h 100.00 %" in words(html)


async def test_words_of_people_bear_their_names_and_those_of_the_machine_none(serve: Serve) -> None:
    updates = (
        Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", NOON),
        Update(IncidentStatus.IDENTIFIED, "We are on it.", NOON + MINUTE, "Ada"),
    )
    text = words(await fetched(serve, troubled(incident(updates=updates))))
    assert "12:01 UTC by Ada We are on it. Investigating 1 Dec 2026, 12:00 UTC All checks" in text


async def test_older_incidents_begin_where_the_days_of_the_front_page_end(serve: Serve) -> None:
    told = story()
    client = await serve(told)
    async with client.get("/") as response:
        front = await response.text()
    found = re.search(r'href="(/history\?cursor=[^"]*)"', front)
    assert found
    async with client.get(found[1]) as response:
        older = await response.text()
    told_of = [re.findall(r'<article class="incident \w+" id="(inc_0\w+)"', html) for html in (front, older)]
    assert told_of[0] == [f"inc_{number:016x}" for number in range(5)]
    assert told_of[1] == [f"inc_{number:016x}" for number in range(5, 20)]
