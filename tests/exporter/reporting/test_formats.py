"""A report in each of its formats, over real sockets."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from hashlib import sha256

import pytest

from exporter.sources import Page
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, AmendmentKind, Impact, IncidentStatus, Instant, Span, Status
from tests.builders import NOON, amendment, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources
from tests.exporter.reporting.markup import ATTACK, Markup
from tests.exporter.reporting.november import GONE, MONTH, OUTAGE, text, told

REPORT = "/api/v1/reports/2026-11"
MERGED = incident("inc_3", created_at=OUTAGE + HOUR, merged_into="inc_1", status=IncidentStatus.RESOLVED, by="ada")
OPEN = incident("inc_4", title="API is slow", created_at=OUTAGE + 2 * HOUR, impact=Impact.MINOR)
AMENDMENTS = tuple(amendment(f"amd_{kind}", since=OUTAGE, until=OUTAGE + MINUTE, kind=kind) for kind in AmendmentKind)


def rows_of(report: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report)))


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("", "*/*", "application/json"),
        ("", "text/html,*/*;q=0.8", "application/json"),
        ("", "text/csv", "text/csv"),
        ("", "text/plain", "text/plain"),
        ("?format=csv", "text/plain", "text/csv"),
        ("?format=text", "*/*", "text/plain"),
        ("?format=json", "text/csv", "application/json"),
    ],
)
async def test_the_format_is_that_of_the_parameter_or_else_of_the_accept_header(
    serve: Serve, query: str, accept: str, content_type: str
) -> None:
    client = await serve(told())
    async with client.get(f"{REPORT}{query}", headers={"Accept": accept}) as response:
        assert (response.status, response.content_type) == (200, content_type)
        assert response.headers["Vary"] == "Accept, Accept-Encoding"


async def test_each_format_has_a_tag_of_its_own(serve: Serve) -> None:
    client = await serve(told())
    tags = set()
    for chosen in ("json", "csv", "text"):
        async with client.get(f"{REPORT}?format={chosen}") as response:
            tags.add(response.headers["ETag"])
    assert len(tags) == 3


async def test_as_csv_it_has_a_row_for_each_component_incident_and_amendment(serve: Serve) -> None:
    rows = rows_of(await text(await serve(told()), f"{REPORT}?format=csv"))
    assert [(row["row"], row["component"], row["id"], row["seconds"]) for row in rows] == [
        ("component", "api", "api", "2592000.0"),
        ("incident", "api", "inc_1", "1200.0"),
        ("amendment", "api", "amd_1", "120.0"),
        ("component", "cdn", "cdn", "2592000.0"),
    ]
    assert (rows[0]["uptime"], rows[0]["major_outage_seconds"], rows[0]["latency_p95_ms"]) == (
        "99.97",
        "720.0",
        "903",
    )
    assert (rows[3]["uptime"], rows[3]["objective"]) == ("", "")
    assert (rows[0]["budget_seconds"], rows[0]["budget_left_seconds"]) == ("2592.0", "1992.0")


async def test_the_csv_says_of_an_incident_how_it_stands_and_who_opened_it(serve: Serve) -> None:
    rows = rows_of(await text(await serve(told(incidents=(MERGED, OPEN))), f"{REPORT}?format=csv"))
    columns = ("id", "impact", "status", "merged_into", "by", "kind")
    assert [tuple(row[column] for column in columns) for row in rows if row["row"] != "component"] == [
        ("inc_1", "critical", "resolved", "", "machine", ""),
        ("inc_3", "critical", "resolved", "inc_1", "ada", ""),
        ("inc_4", "minor", "investigating", "", "machine", ""),
        ("amd_1", "", "", "", "ada", "false_alarm"),
    ]


async def test_the_csv_marks_the_rows_of_what_was_removed(serve: Serve) -> None:
    rows = rows_of(await text(await serve(told(gone=GONE)), f"{REPORT}?format=csv"))
    assert [(row["row"], row["id"]) for row in rows if row["monitored"] == "false"] == [
        ("component", "auth"),
        ("incident", "inc_2"),
    ]
    assert {row["id"] for row in rows if row["monitored"] == "true"} == {"api", "inc_1", "amd_1", "cdn"}


async def test_no_cell_of_the_csv_is_a_formula(serve: Serve) -> None:
    board = Board(setup=setup(component_setup("api", name="=1+1")))
    row, *_ = rows_of(await text(await serve(told(board)), f"{REPORT}?format=csv"))
    assert row["name"] == "'=1+1"


async def test_as_text_it_reads_like_this(serve: Serve) -> None:
    assert await text(await serve(told()), f"{REPORT}?format=text") == (
        "JustKalm, November 2026 (UTC)\n"
        "1 Nov 2026, 00:00 UTC to 1 Dec 2026, 00:00 UTC\n"
        "\n"
        "API\n"
        "  Uptime                99.97 %\n"
        "  Coverage              100.00 %\n"
        "  Median latency        100 ms\n"
        "  95th percentile       903 ms\n"
        "  Objective             99.9 %\n"
        "  Error budget          33 min 12 s of 43 min 12 s left\n"
        "  Burn rate             0.23 (1 lasts exactly to the end of the month)\n"
        "  Operational           29 d 23 h\n"
        "  Major outage          12 min\n"
        "  Incident              10 Nov 2026, 14:00 UTC, 20 min, impact critical: API outage (inc_1)\n"
        "  Amendment             10 Nov 2026, 14:00 UTC to 10 Nov 2026, 14:02 UTC, false alarm:"
        " It was our own network. (ada)\n"
        "\n"
        "CDN\n"
        "  Uptime                –\n"
        "  Coverage              0.00 %\n"
        "  Median latency        –\n"
        "  95th percentile       –\n"
        "  Unknown               30 d\n"
        "\n"
        "This is of a calendar month; uptime_month elsewhere is of the last 30 days, which roll.\n"
    )


@pytest.mark.parametrize(
    ("objective", "at", "lines"),
    [
        (99.99, NOON, ["overspent by 5 min 40 s (allowed: 4 min 19 s)", "2.31 (1 lasts exactly"]),
        (99.95, MONTH + 10 * DAY, ["11 min 36 s of 21 min 36 s left", "used up on 22 Nov 2026, 14:24 UTC"]),
        (100, NOON, ["overspent by 10 min (allowed: 0 s)", "Burn rate             –"]),
    ],
    ids=["overspent", "at this rate", "everything was asked for"],
)
async def test_as_text_it_says_how_a_budget_stands(
    serve: Serve, objective: float, at: Instant, lines: list[str]
) -> None:
    board = Board(setup=setup(component_setup("api", objective=objective)))
    found = await text(await serve(told(board, at=at)), f"{REPORT}?format=text")
    assert [line for line in lines if line not in found] == []


async def test_as_text_its_times_are_those_of_the_time_zone(serve: Serve) -> None:
    zone = Page("JustKalm", timezone="Europe/Berlin")
    found = await text(await serve(told(page=zone, at=MONTH + 10 * DAY)), f"{REPORT}?format=text")
    assert found.splitlines()[:3] == [
        "JustKalm, November 2026 (Europe/Berlin)",
        "1 Nov 2026, 00:00 CET to 11 Nov 2026, 01:00 CET",
        "The month goes on; this is up to now.",
    ]


async def test_as_text_it_marks_incidents_that_were_merged_or_are_still_open(serve: Serve) -> None:
    found = await text(await serve(told(incidents=(MERGED, OPEN))), f"{REPORT}?format=text")
    assert "impact critical: API outage (inc_1)\n" in found
    assert "impact critical, merged into inc_1: API outage (inc_3)\n" in found
    assert "impact minor, still open: API is slow (inc_4)\n" in found


async def test_as_text_it_says_of_amendments_what_they_say(serve: Serve) -> None:
    found = await text(await serve(told(amendments=AMENDMENTS)), f"{REPORT}?format=text")
    for words in ("false alarm", "excluded", "counts as recorded after all"):
        assert f"10 Nov 2026, 14:01 UTC, {words}: It was our own network. (ada)\n" in found


async def test_as_text_it_tells_last_of_what_was_removed(serve: Serve) -> None:
    found = await text(await serve(told(gone=GONE)), f"{REPORT}?format=text")
    *_, last, _ = found.split("\n\n")
    assert last.startswith("Authentication (no longer monitored)\n  Uptime                95.83 %\n")
    assert "(inc_2)" in last


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


async def test_the_page_tells_what_the_documents_tell(serve: Serve) -> None:
    found = Markup(await text(await serve(told()), "/reports/2026-11")).text
    assert "JustKalm report November 2026 1 Nov 2026, 00:00 UTC to 1 Dec 2026, 00:00 UTC , months of UTC" in found
    assert "API 99.97 % 100.00 % 99.9 % 100 ms 903 ms" in found
    assert "Operational 29 d 23 h Major outage 12 min Error budget 33 min 12 s of 43 min 12 s left" in found
    assert "10 Nov 2026, 14:00 UTC 20 min critical API outage" in found
    assert "False alarm It was our own network. ada" in found
    assert "uptime_month elsewhere is of the last 30 days" in found
    assert "The month goes on" not in found


async def test_the_page_of_the_month_that_goes_on_says_so(serve: Serve) -> None:
    found = await text(await serve(told(at=MONTH + DAY)), "/reports/2026-11")
    assert "The month goes on; this is up to now." in found


async def test_the_page_marks_incidents_that_were_merged_or_are_still_open(serve: Serve) -> None:
    found = Markup(await text(await serve(told(incidents=(MERGED, OPEN))), "/reports/2026-11")).text
    assert "20 min critical API outage" in found
    assert "critical, merged into inc_1 API outage" in found
    assert "minor, still open API is slow" in found


async def test_the_page_says_of_amendments_what_they_say(serve: Serve) -> None:
    found = Markup(await text(await serve(told(amendments=AMENDMENTS)), "/reports/2026-11")).text
    for words in ("False alarm", "Excluded", "Counts as recorded after all"):
        assert f"{words} It was our own network. ada" in found


async def test_the_page_tells_last_of_what_was_removed(serve: Serve) -> None:
    found = Markup(await text(await serve(told(gone=GONE)), "/reports/2026-11")).text
    assert "Authentication (no longer monitored) 95.83 %" in found
    assert found.index("CDN Unknown 30 d") < found.index("Authentication (no longer monitored) Operational 23 h")


async def test_the_page_is_well_formed_and_brings_all_it_needs(serve: Serve) -> None:
    found = Markup(await text(await serve(told()), "/reports/2026-11"))
    assert found.open_tags == []
    assert set(found.addresses) == {"data:,"}


async def test_the_policy_allows_the_styles_of_the_page_and_nothing_else(serve: Serve) -> None:
    client = await serve(told())
    async with client.get("/reports/2026-11") as response:
        policy, html = response.headers["Content-Security-Policy"], await response.text()
    styles = [part.partition("</style>")[0] for part in html.split("<style>")[1:]]
    digests = [b64encode(sha256(style.encode()).digest()).decode() for style in styles]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    assert f"default-src 'none'; style-src {allowed};" in policy
    assert "unsafe" not in policy
    assert 'style="' not in html
    assert "@media print" in styles[1]


async def test_text_from_outside_never_becomes_markup(serve: Serve) -> None:
    board = Board(setup=setup(component_setup("api", name=ATTACK)))
    history = FakeHistory(
        ledgers={"api": [Span(MONTH, Status.OPERATIONAL)]},
        known=[incident(title=ATTACK, created_at=OUTAGE)],
    )
    html = await text(await serve(sources(board, history, page=Page(ATTACK))), "/reports/2026-11")
    assert "&lt;script&gt;alert(" in html
    assert {"script", "img", "iframe"}.isdisjoint(Markup(html).tags)
