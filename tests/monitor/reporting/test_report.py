"""The report of a month from the command line, with a daemon and without one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from exporter.metrics import Metrics
from exporter.reporting.formats import FORMATS
from exporter.server import Server
from exporter.sources import Page, Sources, Vitals
from monitor.cli import main
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    QUIET,
    AmendmentKind,
    Configured,
    Instant,
    LedgerRewrite,
    Span,
    Started,
    Status,
    Step,
    Tick,
)
from monitor.core.ports import Decided
from storage import Store
from tests.builders import amendment, component_setup, incident, result, setup
from tests.exporter.fakes import FakeClock

MARCH: Instant = 1_709_251_200_000  # 2024-03-01T00:00:00Z
OUTAGE = MARCH + 4 * DAY + 6 * HOUR
WATCHED = setup(component_setup("api", objective=99.5), component_setup("cdn"))
BEFORE = setup(*WATCHED.components, component_setup("auth"))
PAGE = ("JustKalm", "UTC")
UNKNOWN_ZONE = "The time zone of the page was not known when this was made: its month is one of UTC."


async def remember(folder: Path, alive: Instant = MARCH + 40 * DAY, page: tuple[str, str] | None = PAGE) -> None:
    """March 2024: the API was down for an hour, of which a person excluded the half.

    Authentication was watched until the second.
    """
    ledger = (Span(MARCH - DAY, Status.OPERATIONAL), Span(OUTAGE, Status.MAJOR_OUTAGE))
    known = incident("inc_1", created_at=OUTAGE + MINUTE, started_at=OUTAGE, ended_at=OUTAGE + HOUR)
    once = (Span(MARCH - DAY, Status.OPERATIONAL), Span(MARCH + DAY, Status.UNKNOWN))
    step = Step(
        setup=WATCHED,
        ledger={
            "api": LedgerRewrite(0, (*ledger, Span(OUTAGE + HOUR, Status.OPERATIONAL))),
            "auth": LedgerRewrite(0, once),
        },
        incidents={known.id: known},
        amendments=(amendment(since=OUTAGE, until=OUTAGE + HOUR // 2, kind=AmendmentKind.EXCLUDED),),
    )
    runs = [result("api/health", started=MARCH + n * MINUTE) for n in range(4_500)]
    store = await Store.open(folder)
    begun: list[Decided] = [
        (Started(MARCH - DAY, None), QUIET),
        (Configured(MARCH - DAY, BEFORE), Step(setup=BEFORE)),
    ]
    await store.commit([*begun, (Tick(alive), step), *((run, QUIET) for run in runs)], alive=alive)
    if page is not None:
        await store.put_page(*page)
    await store.close()


@asynccontextmanager
async def daemon(folder: Path, timezone: str = "UTC") -> AsyncIterator[None]:
    """What a running one serves on its socket."""
    store = await Store.open(folder)
    told = Sources(
        board=await store.load(),
        history=store,
        clock=FakeClock(MARCH + 40 * DAY),
        page=Page("JustKalm", timezone=timezone),
        vitals=Vitals(),
        metrics=Metrics("1.2.3"),
    )
    server = Server(told)
    await server.start_control(folder)
    yield
    await server.stop()
    await store.close()


async def report(folder: Path, *arguments: str, month: str = "2024-03") -> Result:
    """Run the command on a thread of its own, so that a server can answer meanwhile."""
    command = ["report", "--month", month, "--data", str(folder), *arguments]
    return await asyncio.to_thread(CliRunner(env={"JUSTKALM_CONFIG": ""}).invoke, main, command)


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    await remember(tmp_path / "data")
    return tmp_path / "data"


@pytest.mark.parametrize("told", ["text", "json", "csv", "html"])
async def test_a_report_is_the_same_with_a_daemon_and_without_one(data: Path, told: str) -> None:
    async with daemon(data):
        with_one = await report(data, "--format", told)
    without = await report(data, "--format", told)
    assert (with_one.exit_code, with_one.stderr) == (0, "")
    assert with_one.stdout == without.stdout
    assert "99.93" in without.stdout


def test_the_command_offers_every_format_that_there_is() -> None:
    (told,) = (option for option in main.commands["report"].params if option.name == "told")
    assert isinstance(told.type, click.Choice)
    assert set(told.type.choices) == set(FORMATS)


async def test_what_the_command_computes_is_what_the_api_tells(data: Path) -> None:
    async with daemon(data):
        found = json.loads((await report(data, "--format", "json")).stdout)
    api = found["components"][0]
    assert api["seconds"]["major_outage"] == 3_600.0
    assert api["lost_seconds"] == 1_800.0
    assert api["latency_ms"] == {"median": 100, "p95": 100}
    assert [each["id"] for each in api["incidents"]] == ["inc_1"]
    assert [each["kind"] for each in api["amendments"]] == ["excluded"]


async def test_the_months_of_a_running_daemon_are_those_of_its_time_zone(data: Path) -> None:
    async with daemon(data, timezone="Europe/Berlin"):
        found = json.loads((await report(data, "--format", "json")).stdout)
    assert (found["from"], found["until"]) == ("2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z")


async def test_without_a_daemon_the_time_since_it_ended_is_unknown(tmp_path: Path) -> None:
    await remember(tmp_path, alive=MARCH + 10 * DAY)
    found = json.loads((await report(tmp_path, "--format", "json")).stdout)
    assert found["complete"]
    assert found["components"][0]["seconds"]["unknown"] == 21 * 86_400.0


@pytest.mark.parametrize("running", [True, False])
async def test_what_was_removed_is_told_after_all_others(data: Path, running: bool) -> None:
    async with daemon(data) if running else nullcontext():
        march = json.loads((await report(data, "--format", "json")).stdout)["components"]
        april = json.loads((await report(data, "--format", "json", month="2024-04")).stdout)["components"]
    assert [(each["id"], each["monitored"]) for each in march] == [("api", True), ("cdn", True), ("auth", False)]
    assert march[-1]["seconds"]["operational"] == 86_400.0
    assert [each["id"] for each in april] == ["api", "cdn"]


async def test_without_a_daemon_the_page_is_that_of_the_config_that_was_last_in_use(tmp_path: Path) -> None:
    await remember(tmp_path, page=("Kalm", "Europe/Berlin"))
    found = await report(tmp_path)
    assert found.stderr == ""
    assert found.stdout.splitlines()[:2] == [
        "Kalm, March 2024 (Europe/Berlin)",
        "1 Mar 2024, 00:00 CET to 1 Apr 2024, 00:00 CEST",
    ]


@pytest.mark.parametrize("told", ["text", "json", "csv", "html"])
async def test_a_time_zone_that_nobody_knows_is_said_to_be_unknown(tmp_path: Path, told: str) -> None:
    await remember(tmp_path, page=None)
    found = await report(tmp_path, "--format", told)
    assert (found.exit_code, found.stderr) == (0, f"{UNKNOWN_ZONE} Name the config with --config.\n")
    assert (UNKNOWN_ZONE in found.stdout) == (told in ("text", "html"))
    assert ('"timezone_known":false' in found.stdout.replace(" ", "")) == (told == "json")


async def test_without_a_daemon_the_config_says_what_the_page_is_called(data: Path, tmp_path: Path) -> None:
    config = tmp_path / "probes.yaml"
    config.write_text(
        "page: {name: Kalm, timezone: Asia/Kathmandu}\ncomponents: {api: {name: API, probes: {it: {http: http://localhost}}}}\n"
    )
    found = await report(data, "--config", str(config))
    assert (found.stderr, found.stdout.splitlines()[0]) == ("", "Kalm, March 2024 (Asia/Kathmandu)")


async def test_a_wrong_config_is_refused_with_its_faults(data: Path, tmp_path: Path) -> None:
    config = tmp_path / "probes.yaml"
    config.write_text("page: {nam: Kalm}\n")
    found = await report(data, "--config", str(config))
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"{config}:1: page.nam" in found.stderr


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ("2024-01", "Nothing was observed in 2024-01: the first observation is of 2024-02-29T00:00:00Z.\n"),
        ("2999-01", "2999-01 has not begun yet.\n"),
    ],
)
async def test_of_some_months_there_is_no_report(data: Path, running: bool, month: str, sentence: str) -> None:
    if running:
        async with daemon(data):
            found = await report(data, month=month)
    else:
        found = await report(data, month=month)
    assert (found.exit_code, found.stderr, found.stdout) == (1, sentence, "")


@pytest.mark.parametrize("month", ["2024-3", "2024-13", "march"])
async def test_what_is_no_month_is_refused(tmp_path: Path, month: str) -> None:
    found = await report(tmp_path, month=month)
    assert found.exit_code == 2
    assert "must be a month such as 2026-11." in found.stderr


async def test_where_nothing_was_remembered_nothing_is_made(tmp_path: Path) -> None:
    found = await report(tmp_path / "nowhere")
    sentence = f"{tmp_path / 'nowhere'} remembers nothing: name the directory of a daemon\n"
    assert (found.exit_code, found.stderr) == (1, sentence)
    assert not (tmp_path / "nowhere").exists()


async def test_a_daemon_that_does_not_answer_keeps_the_directory_to_itself(data: Path) -> None:
    store = await Store.open(data)
    found = await report(data)
    await store.close()
    sentence = (
        f"{data} is in use, by a daemon, a replay or a report: stop it, wait for it, or name another directory\n"
    )
    assert (found.exit_code, found.stderr, found.stdout) == (3, sentence, "")


async def test_the_command_lets_go_of_the_directory(data: Path) -> None:
    await report(data)
    await (await Store.open(data)).close()


async def test_a_broken_database_is_kept_aside_and_named(data: Path) -> None:
    (data / "monitor.db").write_bytes(b"not a database" * 1_000)
    found = await report(data)
    assert found.exit_code == 1
    assert found.stderr.startswith(f"the database was corrupt: it is kept as {data / 'monitor.db'}.corrupt-")
