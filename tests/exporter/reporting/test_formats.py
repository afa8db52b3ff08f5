"""A report in each of its formats, over real sockets."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from hashlib import sha256

import pytest

from exporter.sources import Page
from monitor.core.board import Board
from monitor.core.model import DAY, Instant, Span, Status
from tests.builders import NOON, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources
from tests.exporter.reporting.november import MONTH, OUTAGE, text, told
from tests.exporter.test_page import ATTACK, Balance, words


def shown(html: str) -> str:
    """The text of a page."""
    return words("</style>" + html.rpartition("</style>")[2])


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
    async with client.get(f"/api/v1/reports/2026-11{query}", headers={"Accept": accept}) as response:
        assert (response.status, response.content_type) == (200, content_type)
        assert response.headers["Vary"] == "Accept"


async def test_each_format_has_a_tag_of_its_own(serve: Serve) -> None:
    client = await serve(told())
    tags = set()
    for chosen in ("json", "csv", "text"):
        async with client.get(f"/api/v1/reports/2026-11?format={chosen}") as response:
            tags.add(response.headers["ETag"])
    assert len(tags) == 3


async def test_as_csv_it_has_a_row_for_each_component_incident_and_amendment(serve: Serve) -> None:
    rows = list(csv.DictReader(io.StringIO(await text(await serve(told()), "/api/v1/reports/2026-11?format=csv"))))
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


async def test_no_cell_of_the_csv_is_a_formula(serve: Serve) -> None:
    board = Board(setup=setup(component_setup("api", name="=1+1")))
    (row, *_) = csv.DictReader(
        io.StringIO(await text(await serve(told(board)), "/api/v1/reports/2026-11?format=csv"))
    )
    assert row["name"] == "'=1+1"


async def test_as_text_it_reads_like_this(serve: Serve) -> None:
    assert await text(await serve(told()), "/api/v1/reports/2026-11?format=text") == (
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
    found = await text(await serve(told(board, at=at)), "/api/v1/reports/2026-11?format=text")
    assert [line for line in lines if line not in found] == []


async def test_as_text_its_times_are_those_of_the_time_zone(serve: Serve) -> None:
    zone = Page("JustKalm", timezone="Europe/Berlin")
    found = await text(await serve(told(page=zone, at=MONTH + 10 * DAY)), "/api/v1/reports/2026-11?format=text")
    assert found.splitlines()[:3] == [
        "JustKalm, November 2026 (Europe/Berlin)",
        "1 Nov 2026, 00:00 CET to 11 Nov 2026, 01:00 CET",
        "The month goes on; this is up to now.",
    ]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


async def test_the_page_tells_what_the_documents_tell(serve: Serve) -> None:
    found = shown(await text(await serve(told()), "/reports/2026-11"))
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


async def test_the_page_is_well_formed_and_brings_all_it_needs(serve: Serve) -> None:
    found = Balance(await text(await serve(told()), "/reports/2026-11"))
    assert found.stack == []
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
    assert {"script", "img", "iframe"}.isdisjoint(Balance(html).tags)
