"""The command `replay`, on a directory of its own and beside a daemon."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from exporter.documents import timestamp
from monitor.cli import main
from monitor.config import load
from monitor.core.model import HOUR, Instant, Observation
from storage import Store
from storage.opening import DATABASE, LOCK
from tests.daemons import PROBES, Target, running
from tests.exporter.desk import Desk, standing
from tests.monitor.replay.histories import decided, outage, record, written
from tests.storage.owing import subscription

TROUBLE = "...FFF......"  # with a threshold of 2 an incident, with one of 4 none


def an_hour_ago() -> Instant:
    return int(time.time() * 1_000) - HOUR


def recorded(config: Path) -> list[Observation]:
    """An hour ago, as that config judged it."""
    return outage(an_hour_ago(), load(config, {}).setup, TROUBLE)


async def replay(data: Path, config: Path, *arguments: str) -> Result:
    """Run `replay …` on a thread of its own, so that a server can answer meanwhile."""
    command = ["replay", "--config", str(config), "--data", str(data), *arguments]
    return await asyncio.to_thread(CliRunner().invoke, main, command)


async def replayed(data: Path, config: Path, *arguments: str) -> Any:
    """Its document."""
    result = await replay(data, config, "--json", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def figures(document: Any, name: str) -> Sequence[object]:
    return [side[name] for side in document["sides"]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path / "probes.yaml")


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    return written(tmp_path / "patient.yaml", threshold=4)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


# ── on a directory ───────────────────────────────────────────────────────────────────────────────────


async def test_another_threshold_opens_other_incidents(data: Path, config: Path, patient: Path) -> None:
    await record(data, recorded(config))
    told = await replayed(data, patient)
    assert figures(told, "name") == ["current", str(patient)]
    assert figures(told, "incidents") == [1, 0]
    assert figures(told, "false_alarms") == [1, 0]


async def test_the_same_config_opens_the_incident_that_was_recorded(data: Path, config: Path) -> None:
    observed = recorded(config)
    await record(data, observed)
    ids = {id_ for _, step in decided(observed) for id_ in step.incidents}
    told = await replayed(data, config)
    ((one, other),) = told["incidents"]
    assert one == other
    assert {one["id"]} == ids


async def test_two_configs_can_be_held_against_each_other(data: Path, config: Path, patient: Path) -> None:
    await record(data, recorded(config))
    told = await replayed(data, config, "--against", str(patient))
    assert figures(told, "name") == [str(patient), str(config)]
    assert figures(told, "incidents") == [0, 1]


async def test_a_slower_limit_is_judged_by_the_phases(data: Path, config: Path, tmp_path: Path) -> None:
    await record(data, outage(an_hour_ago(), load(config, {}).setup, "." * 9))
    strict = written(tmp_path / "strict.yaml", slow_after="50ms")
    assert figures(await replayed(data, strict), "incidents") == [0, 1]


async def test_webhooks_are_counted_by_the_subscriptions_of_the_directory(
    data: Path, config: Path, patient: Path
) -> None:
    await record(data, recorded(config), replace(subscription(), events=("incident.created",)))
    assert figures(await replayed(data, patient), "webhooks") == [1, 0]


async def test_what_counts_as_a_false_alarm_can_be_said(data: Path, config: Path) -> None:
    await record(data, recorded(config))
    assert figures(await replayed(data, config, "--short", "90s"), "false_alarms") == [0, 0]
    assert figures(await replayed(data, config, "--short", "91s"), "false_alarms") == [1, 1]


async def test_it_goes_no_further_back_than_it_is_told(data: Path, config: Path) -> None:
    await record(data, recorded(config))
    half_a_run_before_the_eighth = "3405s"
    assert (await replayed(data, config, "--since", half_a_run_before_the_eighth))["results"] == {"api/health": 5}


async def test_what_lies_before_the_first_observation_is_no_part_of_it(data: Path, config: Path) -> None:
    observed = recorded(config)
    await record(data, observed)
    told = await replayed(data, config)
    assert told["since"] == timestamp(observed[0].at)
    assert told["until"] == timestamp(observed[-1].at)


async def test_people_are_told_in_text(data: Path, config: Path) -> None:
    await record(data, recorded(config))
    said = (await replay(data, config)).stdout.splitlines()
    assert said[0].endswith(" UTC: 12 results of 1 probe.")
    assert "INCIDENTS, current" in "\n".join(said)


async def test_a_directory_is_left_as_it_was(data: Path, config: Path) -> None:
    await record(data, recorded(config))
    await replay(data, config)
    assert {path.name for path in data.iterdir()} == {DATABASE, LOCK}
    store = await Store.open(data)
    assert len(await store.observations(0, 100)) == len(recorded(config))
    await store.close()


# ── what keeps it from being known ───────────────────────────────────────────────────────────────────


async def test_a_directory_in_which_nothing_was_recorded_is_not_made(data: Path, config: Path) -> None:
    result = await replay(data, config)
    sentence = f"nothing was ever recorded in {data}: name the directory of a daemon with --data\n"
    assert (result.exit_code, result.stderr) == (1, sentence)
    assert not data.exists()


async def test_a_time_in_which_nothing_was_recorded_is_told(data: Path, config: Path) -> None:
    await record(data, recorded(config))
    result = await replay(data, config, "--since", "1m")
    sentence = f"nothing was recorded in {data} in that time: go further back with --since\n"
    assert (result.exit_code, result.stderr) == (1, sentence)


async def test_a_directory_that_somebody_holds_who_does_not_answer_is_left_alone(data: Path, config: Path) -> None:
    store = await Store.open(data)
    result = await replay(data, config)
    await store.close()
    sentence = f"{data} is in use, by a daemon that cannot be asked or by another command: stop it, or wait for it\n"
    assert (result.exit_code, result.stderr) == (3, sentence)


async def test_a_broken_database_is_told(data: Path, config: Path) -> None:
    data.mkdir()
    (data / DATABASE).write_bytes(b"no database, but long enough to be one" * 100)
    result = await replay(data, config)
    assert (result.exit_code, result.stderr.partition(", ")[0]) == (1, f"the database in {data} was corrupt")


async def test_what_is_no_directory_is_told(data: Path, config: Path) -> None:
    data.mkdir()
    (data / DATABASE).mkdir()
    result = await replay(data, config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--config", "--against"])
async def test_a_wrong_config_is_told_with_its_faults(option: str, data: Path, config: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("components: {}\ncolour: red\n")
    result = await replay(data, config, option, str(wrong))
    assert result.exit_code == 2
    assert f"{wrong}:2: colour: " in result.stderr


@pytest.mark.parametrize("option", ["--since", "--short"])
async def test_what_is_no_duration_is_told(option: str, data: Path, config: Path) -> None:
    result = await replay(data, config, option, "soon")
    assert result.exit_code == 2
    assert result.stderr.startswith(f'{option}: "soon" is not a duration')


# ── beside a daemon ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def desk(data: Path) -> AsyncIterator[Desk]:
    data.mkdir()
    async with standing(data) as desk:
        desk.sources.history = desk.store
        yield desk


async def test_a_server_hands_out_what_was_recorded_and_who_is_told(desk: Desk, data: Path, patient: Path) -> None:
    pairs = decided(recorded(written(data.parent / "probes.yaml")))
    await desk.store.commit(pairs, alive=pairs[-1][0].at)
    await desk.subscribe(await desk.key(), events=["incident.*"])
    told = await replayed(data, patient)
    assert figures(told, "incidents") == [1, 0]
    assert figures(told, "webhooks") == [3, 0]


async def test_what_a_server_refuses_is_told_in_its_words(data: Path, config: Path) -> None:
    data.mkdir()
    async with standing(data):
        result = await replay(data, config)
    assert (result.exit_code, result.stderr) == (1, "What was observed is not remembered here.\n")


async def test_beside_a_daemon_the_incidents_are_those_that_it_tells(target: Target, tmp_path: Path) -> None:
    config = tmp_path / "probes.yaml"
    config.write_text(PROBES.format(target=target.url))
    target.statuses["api"] = 503
    async with running(config, tmp_path / "data") as daemon:
        await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"])
        target.statuses.clear()
        told = await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"][0]["resolved_at"])
        pairs = (await replayed(tmp_path / "data", config))["incidents"]
    (incident,) = told["incidents"]
    ((one, other),) = (pair for pair in pairs if pair[0] and pair[0]["id"] == incident["id"])
    compared = ("title", "status", "components", "created_at", "started_at", "ended_at", "resolved_at")
    assert one == other
    assert {name: one[name] for name in compared} == {name: incident[name] for name in compared}
