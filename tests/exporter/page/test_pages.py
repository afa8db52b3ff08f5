"""The other pages: of an incident, of a component, of the past, and of what is not there."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from exporter.page.live import SCRIPT
from exporter.page.style import POLICY
from exporter.paging import cursor_text
from exporter.sources import Sources
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, AmendmentKind, EventKind, IncidentStatus, Update, Window
from tests.builders import NOON, amendment, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources
from tests.exporter.page.markup import Markup, fetched, words
from tests.exporter.page.stories import OPEN, story

OVER = incident(
    "inc_over",
    status=IncidentStatus.RESOLVED,
    resolved_at=NOON + HOUR,
    title="API outage",
    reopened=2,
    merged_into="inc_other",
    postmortem="A certificate expired.\nWe watch it now.",
    updates=(
        Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", NOON),
        Update(IncidentStatus.RESOLVED, "We renewed it.", NOON + HOUR, "Ada"),
        Update(IncidentStatus.RESOLVED, "A certificate expired.", NOON + DAY, "Grace"),
        Update(IncidentStatus.RESOLVED, "A certificate expired.\nWe watch it now.", NOON + 2 * DAY, "Grace"),
    ),
)


def remembering(*known: object) -> Sources:
    return sources(history=FakeHistory(known=list(known)))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", "/history", f"/incidents/{OPEN.id}", "/components/cdn"])
async def test_all_pages_are_well_formed_and_have_headings_in_order(serve: Serve, path: str) -> None:
    page = Markup(await fetched(serve, story(), path))
    levels = [int(tag[1]) for tag in page.tags if tag in ("h1", "h2", "h3", "h4", "h5")]
    assert page.stack == []
    assert len(page.ids) == len(set(page.ids))
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", ["/", "/history", f"/incidents/{OPEN.id}", "/components/cdn", "/components/none"])
async def test_all_pages_come_with_the_policy(serve: Serve, path: str) -> None:
    client = await serve(story())
    async with client.get(path) as response:
        assert response.headers["Content-Security-Policy"] == POLICY


async def test_an_incident_is_told_from_its_end_to_its_beginning_with_what_was_learned(serve: Serve) -> None:
    html = await fetched(serve, remembering(OVER), "/incidents/inc_over")
    text = words(html)
    assert text.startswith("API outage Impact: critical Resolved, reopened 2 times Affects API 1 Dec 2026, 11:59 UTC")
    assert text.index("Resolved 1 Dec 2026, 13:00 UTC by Ada We renewed it.") < text.index("All checks of API fail.")
    assert text.endswith("Post-mortem 3 Dec 2026, 12:00 UTC by Grace A certificate expired. We watch it now.")
    assert text.count("A certificate expired") == 1
    assert text.count("Resolved") == 2  # as its status, and as its end
    assert '<a href="/incidents/inc_other">' in html
    assert "<title>API outage – JustKalm status</title>" in html


@pytest.mark.parametrize("path", ["/", "/history", "/components/api"])
async def test_where_an_incident_is_told_in_brief_its_end_is_and_a_way_to_what_was_learned(
    serve: Serve, path: str
) -> None:
    html = await fetched(serve, remembering(OVER), path)
    assert "We renewed it. Post-mortem" in words(html)
    assert "A certificate expired" not in html
    assert '<a href="/incidents/inc_over#postmortem">' in html


async def test_of_an_incident_that_goes_on_it_is_said_how_long_it_has_lasted(serve: Serve) -> None:
    told = remembering(incident("inc_open", started_at=NOON - 5 * MINUTE))
    assert "1 Dec 2026, 11:55 UTC (5 min so far)" in words(await fetched(serve, told, "/incidents/inc_open"))


async def test_an_incident_that_is_not_written_down_yet_is_told_from_the_board(serve: Serve) -> None:
    told = sources(Board(setup=setup(), incidents=[incident("inc_new", title="API outage")]))
    assert words(await fetched(serve, told, "/incidents/inc_new")).startswith("API outage")


async def test_a_component_is_told_with_its_probes_its_latencies_and_its_incidents(serve: Serve) -> None:
    html = await fetched(serve, story(), "/components/batch")
    text = words(html)
    assert text.startswith("Batch Processing Partial outage Bulk operations")
    assert "health Down Fail: http status 100 ms 1 Dec 2026, 11:59 UTC" in text
    assert "Transfer" in text
    assert "Partial outage of Batch Processing" in text[text.index("Incidents") :]
    assert "Cache nodes" not in text  # maintenance of another
    assert html.count('<path class="processing"') == 1


async def test_days_that_were_not_all_well_are_listed_in_words(serve: Serve) -> None:
    text = words(await fetched(serve, story(), "/components/api"))
    listed = text[text.index("Days that were not all well") : text.index("Response time of")]
    assert "Fri 27 Nov 2026: Major outage 6 min, operational 23 h 54 min" in listed
    assert "Mon 30 Nov" not in listed


async def test_what_people_corrected_is_shown_with_their_reason(serve: Serve) -> None:
    history = FakeHistory(amended=[amendment(since=NOON - HOUR, until=NOON, kind=AmendmentKind.EXCLUDED)])
    text = words(await fetched(serve, sources(history=history), "/components/api"))
    assert "1 Dec 2026, 11:00 UTC to 12:00 UTC : Excluded. It was our own network." in text


async def test_a_component_of_which_nothing_was_heard_has_a_page(serve: Serve) -> None:
    board = Board(setup=setup(component_setup("api", depends_on=("cdn",)), component_setup("cdn")))
    text = words(await fetched(serve, sources(board), "/components/api"))
    assert "API Unknown Depends on CDN" in text
    assert "Nothing was timed within the last 24 hours." in text
    assert "health Unknown – – –" in text
    assert text.endswith("Incidents None so far.")


async def test_the_history_is_read_page_by_page(serve: Serve) -> None:
    known = [
        incident(f"inc_{number:02}", status=IncidentStatus.RESOLVED, created_at=NOON - number, resolved_at=NOON)
        for number in range(21)
    ]
    html = await fetched(serve, remembering(*known), "/history")
    assert html.count("<article") == 20
    (older,) = [address for address in Markup(html).addresses if address.startswith("/history?")]
    html = await fetched(serve, remembering(*known), older)
    assert 'id="inc_20"' in html
    assert html.count("<article") == 1
    assert "Older incidents" not in html


async def test_the_history_begins_with_what_is_still_open(serve: Serve) -> None:
    going_on = incident("inc_open", title="API outage")
    told = sources(
        Board(setup=setup(), incidents=[going_on]), FakeHistory(known=[going_on, replace(OVER, title="Before")])
    )
    text = words(await fetched(serve, told, "/history"))
    assert text.startswith("Incidents Current incidents API outage")
    assert text.count("API outage") == 1
    assert text.index("API outage") < text.index("Before")
    after = cursor_text((NOON + HOUR, "inc_z"))
    assert "API outage" not in words(await fetched(serve, told, f"/history?cursor={after}"))


async def test_maintenance_that_is_over_stands_in_the_history_where_it_began_and_counts_as_an_entry(
    serve: Serve,
) -> None:
    windows = [
        Window(id=f"mnt_{number:02}", title="Upgrade", components=("api",), starts=NOON - number, ends=NOON)
        for number in range(1, 20)
    ]
    coming = Window(id="mnt_coming", title="Upgrade", components=("api",), starts=NOON + HOUR, ends=NOON + DAY)
    known = [replace(OVER, id=f"inc_{number}", created_at=NOON - number * HOUR) for number in (0, 1)]
    told = sources(history=FakeHistory(known=known, planned=[coming, *windows]))
    html = await fetched(serve, told, "/history")
    assert html.count("<article") == 20
    assert 'id="mnt_19"' in html
    assert "mnt_coming" not in html
    (older,) = [address for address in Markup(html).addresses if address.startswith("/history?")]
    html = await fetched(serve, told, older)
    assert html.count("<article") == 1
    assert 'id="inc_1"' in html


async def test_past_maintenance_stands_on_the_page_of_its_component(serve: Serve) -> None:
    over = Window(id="mnt_over", title="Upgrade", components=("api",), starts=NOON - DAY, ends=NOON, stops=True)
    of_another = replace(over, id="mnt_cdn", components=("cdn",))
    html = await fetched(serve, sources(history=FakeHistory(planned=[over, of_another])), "/components/api")
    assert words(html).endswith(
        "Past maintenance Upgrade Completed Affects API 30 Nov 2026, 12:00 UTC to 1 Dec 2026, 12:00 UTC"
    )
    assert 'id="mnt_over"' in html


async def test_the_time_axis_names_its_zone(serve: Serve) -> None:
    text = words(await fetched(serve, story(), "/components/api"))
    assert "12:00 UTC 18:00 00:00 06:00 12:00 Phase" in text


async def test_a_history_without_incidents_says_so(serve: Serve) -> None:
    assert words(await fetched(serve, sources(), "/history")) == "Incidents None."


@pytest.mark.parametrize("path", ["/incidents/inc_none", "/components/none"])
async def test_what_is_not_there_has_a_page_that_says_so(serve: Serve, path: str) -> None:
    text = words(await fetched(serve, sources(), path, status=404))
    assert text == "There is no such page It may have been removed. The status of everything"


async def test_an_address_that_leads_nowhere_in_the_past_says_so_and_shows_the_newest(serve: Serve) -> None:
    text = words(await fetched(serve, remembering(OVER), "/history?cursor=zzz"))
    assert "leads to no place in the past" in text
    assert "API outage" in text
    assert "leads to no place" not in words(await fetched(serve, remembering(OVER), "/history"))


async def test_the_script_comes_from_us_and_is_asked_for_again_each_time(serve: Serve) -> None:
    client = await serve()
    async with client.get("/live.js") as response:
        assert (response.status, await response.read()) == (200, SCRIPT)
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert "no-cache" in response.headers["Cache-Control"]


def test_the_script_listens_to_every_kind_of_event() -> None:
    for kind in EventKind:
        assert json.dumps(kind).encode() in SCRIPT
