"""The commands for alerts, through the real socket of a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.core.model import Impact, Step, Tick
from monitor.core.subscribing import Attempt, DeliveryState
from tests.builders import NOON
from tests.exporter.desk import Desk, standing
from tests.exporter.webhooks.formatting import alert
from tests.exporter.webhooks.nouns import CREATED, status_change, story

TEST = ("test", "ops")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        ops = alert("ops", events=("incident.*", "maintenance.*"), components=("api",), least_impact=Impact.MAJOR)
        await desk.subscribing.alerts.replace([ops, alert("all")])
        yield desk


async def alerts(data: Path, *arguments: str) -> Result:
    """Run `alerts …` on a thread of its own, so that the server can answer meanwhile."""
    command = ["alerts", *arguments, "--data", str(data)]
    return await asyncio.to_thread(CliRunner().invoke, main, command)


async def test_a_list_shows_whom_the_config_has_us_tell(desk: Desk, tmp_path: Path) -> None:
    result = await alerts(tmp_path, "list")
    head, *lines = result.stdout.splitlines()
    assert (result.exit_code, head.split()[:2]) == (0, ["NAME", "FORMAT"])
    assert [line.split() for line in lines] == [
        ["ops", "plain", "incident.*,maintenance.*", "api", "major", "no", "0"],
        ["all", "plain", "*", "all", "any", "no", "0"],
    ]


async def test_a_test_that_was_taken_says_so(desk: Desk, tmp_path: Path) -> None:
    result = await alerts(tmp_path, *TEST)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ops took incident.created in 7 ms\nops took incident.resolved in 7 ms\n"


@pytest.mark.parametrize(("status", "answer"), [(403, "403 thanks"), (None, "thanks")])
async def test_a_test_that_was_not_taken_prints_the_answer(
    desk: Desk, tmp_path: Path, status: int | None, answer: str
) -> None:
    desk.post.status = status
    result = await alerts(tmp_path, *TEST)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"ops did not take incident.created: {answer}",
        f"ops did not take incident.resolved: {answer}",
    ]


async def test_what_became_of_an_alert_is_a_line_for_each_delivery(desk: Desk, tmp_path: Path) -> None:
    events = [*story(CREATED), status_change(at=NOON + 1)]
    owed = await desk.store.commit(
        [(Tick(NOON), Step(events=tuple(events)))], NOON, desk.subscribing.debts.owed(events)
    )
    first = next(each for each in owed if each.subscription == "alr_all")
    attempt = Attempt(delivery=first.id, at=NOON, status=503, duration_ms=7, excerpt="busy")
    await desk.store.outbox.put_deliveries([first], attempt)
    result = await alerts(tmp_path, "deliveries", "all")
    head, *lines = result.stdout.splitlines()
    assert (result.exit_code, head.split()[0]) == (0, "CREATED")
    assert [line.split() for line in lines] == [
        ["2026-12-01T12:00:00.001Z", "component.status_changed", "none", "pending", "0", "none"],
        ["2026-12-01T12:00:00Z", "incident.created", "inc_a", DeliveryState.PENDING, "1", "503", "busy"],
    ]


@pytest.mark.parametrize(("arguments", "count"), [((), 2), (("--since", "1h"), 2), (("--since", "0s"), 1)])
async def test_what_an_alert_did_not_take_is_owed_again(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], count: int
) -> None:
    events = [*story(CREATED, since=NOON - 1), status_change(at=NOON - 1)]
    owed = await desk.store.commit(
        [(Tick(NOON), Step(events=tuple(events)))], NOON, desk.subscribing.debts.owed(events)
    )
    await desk.store.outbox.put_deliveries([replace(each, state=DeliveryState.DEAD) for each in owed])
    result = await alerts(tmp_path, "redeliver", "all", *arguments)
    assert (result.exit_code, result.stdout) == (0, f"all is owed again: {count}\n")
    assert desk.subscribing.dispatcher.owed("alr_all") == count


async def test_a_time_that_is_none_is_refused_by_the_name_of_its_option(desk: Desk, tmp_path: Path) -> None:
    result = await alerts(tmp_path, "redeliver", "all", "--since", "soon")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (1, "--since")


@pytest.mark.parametrize("name", ["oops", "../keys"])
@pytest.mark.parametrize("command", ["test", "redeliver", "deliveries"])
async def test_an_unknown_name_is_answered_with_those_that_there_are(
    desk: Desk, tmp_path: Path, command: str, name: str
) -> None:
    result = await alerts(tmp_path, command, name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"There is no alert '{name}'; there are ops, all.\n"


@pytest.mark.parametrize("arguments", [("list",), TEST, ("redeliver", "ops"), ("deliveries", "ops")])
async def test_without_a_daemon_one_sentence_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = await alerts(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"no daemon runs on {tmp_path}: start one with justkalm-monitor run --data {tmp_path}\n"
