"""The daemon as a process, against real servers, with a real database."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.daemons import PROBES, Daemon, Target, running, statuses


@pytest.fixture
def config(tmp_path: Path, target: Target) -> Path:
    path = tmp_path / "probes.yaml"
    path.write_text(PROBES.format(target=target.url))
    return path


def incidents_are(*expected: str) -> object:
    return lambda answer: [incident["status"] for incident in answer["incidents"]] == list(expected)


def all_operational(answer: Any) -> bool:
    return set(statuses(answer).values()) == {"operational"}


async def test_an_outage_opens_an_incident_that_resolves_by_itself(
    target: Target, config: Path, tmp_path: Path
) -> None:
    async with running(config, tmp_path / "data") as daemon:
        await daemon.until("/api/v1/status", all_operational)
        target.statuses["api"] = 503
        opened = await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"])
        assert opened["incidents"][0]["title"] == "API outage"
        assert "HTTP 503" in opened["incidents"][0]["updates"][0]["message"]
        assert statuses(await daemon.get("/api/v1/status")) == {"api": "major_outage", "cdn": "operational"}
        target.statuses.clear()
        is_resolved = lambda answer: answer["incidents"][0]["status"] == "resolved"  # noqa: E731
        (incident,) = (await daemon.until("/api/v1/incidents", is_resolved))["incidents"]
        assert [update["status"] for update in incident["updates"]] == ["investigating", "monitoring", "resolved"]
        metrics = await daemon.get("/metrics")
        assert 'justkalm_component_status{component="api",status="operational"} 1' in metrics
        assert 'justkalm_probe_runs_total{component="api",probe="health",verdict="fail"}' in metrics


async def test_after_kill_9_the_same_incident_is_open_and_the_gap_is_unknown(
    target: Target, config: Path, tmp_path: Path
) -> None:
    target.statuses["api"] = 503
    async with running(config, tmp_path / "data") as daemon:
        before = await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"])
        daemon.signal(signal.SIGKILL)
        await daemon.ends()
    async with running(config, tmp_path / "data") as daemon:
        after = await daemon.get("/api/v1/incidents")
        assert after == before
        assert statuses(await daemon.get("/api/v1/status"))["api"] == "major_outage"
        component = await daemon.get("/api/v1/components/api")
        assert component["coverage_day"] < 100
        target.statuses.clear()
        resolved = await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"][0]["resolved_at"])
        assert resolved["incidents"][0]["id"] == before["incidents"][0]["id"]
        assert len(resolved["incidents"]) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains_and_exits_with_0(number: signal.Signals, config: Path, tmp_path: Path) -> None:
    async with running(config, tmp_path / "data") as daemon:
        await daemon.until("/api/v1/status", all_operational)
        daemon.signal(number)
        code, _, errors = await daemon.ends()
    assert code == 0
    assert "Traceback" not in errors


async def test_a_second_daemon_on_the_same_directory_leaves_with_exit_code_3(config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running(config, data):
        async with Daemon("run", "--config", str(config), "--data", str(data), "--listen", "127.0.0.1:0") as second:
            code, _, errors = await second.ends()
    assert code == 3
    assert str(data) in errors
    assert "Traceback" not in errors


async def test_a_taken_port_is_said_in_one_sentence(config: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        arguments = ("run", "--config", str(config), "--data", str(tmp_path / "data"), "--listen", address)
        async with Daemon(*arguments) as daemon:
            code, _, errors = await daemon.ends()
    assert code == 1
    assert errors == f"{address} is taken by another program: stop it, or choose another address with --listen\n"


async def test_a_wrong_config_starts_nothing_and_leaves_with_exit_code_2(tmp_path: Path) -> None:
    config = tmp_path / "probes.yaml"
    config.write_text("components:\n  api:\n    probes: {a: {http: 'ftp://x'}}\n    colour: red\n")
    async with Daemon("run", "--config", str(config), "--data", str(tmp_path / "data")) as daemon:
        code, _, errors = await daemon.ends()
    assert code == 2
    assert errors.count("\n") >= 2
    assert all(line.startswith(f"{config}:") for line in errors.splitlines())
    assert not (tmp_path / "data").exists()


async def test_a_directory_that_cannot_be_had_is_said_in_one_sentence(config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    arguments = (
        "run",
        "--config",
        str(config),
        "--data",
        str(tmp_path / "data" / "below"),
        "--listen",
        "127.0.0.1:0",
    )
    async with Daemon(*arguments) as daemon:
        code, _, errors = await daemon.ends()
    assert code == 1
    assert errors.count("\n") == 1
    assert str(tmp_path / "data") in errors


async def test_a_locked_database_is_waited_for(config: Path, tmp_path: Path) -> None:
    async with running(config, tmp_path / "data") as daemon:
        daemon.signal(signal.SIGTERM)
        await daemon.ends()
    arguments = ("run", "--config", str(config), "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0")
    with closing(sqlite3.connect(tmp_path / "data" / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with Daemon(*arguments) as daemon:
            await daemon.logs("another program has locked")
            other.execute("ROLLBACK")
            await daemon.listens()


async def test_a_signal_ends_the_wait_for_a_locked_database(config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    arguments = ("run", "--config", str(config), "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0")
    with closing(sqlite3.connect(tmp_path / "data" / "monitor.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN EXCLUSIVE")
        async with Daemon(*arguments) as daemon:
            await daemon.logs("the monitor waits for it")
            daemon.signal(signal.SIGTERM)
            code, _, errors = await daemon.ends()
    assert (code, errors) == (0, "")


async def test_a_corrupt_database_is_moved_aside_and_said_so(config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "monitor.db").write_bytes(b"this is no database, and never was one" * 200)
    async with Daemon("run", "--config", str(config), "--data", str(data), "--listen", "127.0.0.1:0") as daemon:
        await daemon.logs("the database was corrupt: it is kept as ")
        await daemon.listens()
        await daemon.until("/api/v1/status", all_operational)
    (kept,) = data.glob("monitor.db.corrupt-*")
    assert kept.read_bytes().startswith(b"this is no database")


async def test_a_bad_reload_changes_nothing_and_says_so(config: Path, tmp_path: Path) -> None:
    async with running(config, tmp_path / "data") as daemon:
        await daemon.until("/api/v1/status", all_operational)
        config.write_text("components: {}\n")
        daemon.signal(signal.SIGHUP)
        await daemon.logs("the config was not reloaded")
        assert set(statuses(await daemon.get("/api/v1/status"))) == {"api", "cdn"}
        assert "justkalm_config_reload_success 0" in await daemon.get("/metrics")


async def test_a_removed_component_closes_its_incident_and_keeps_its_history(
    target: Target, config: Path, tmp_path: Path
) -> None:
    target.statuses["cdn"] = 500
    async with running(config, tmp_path / "data") as daemon:
        await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"])
        text = config.read_text()
        config.write_text(text[: text.index("  cdn:")])
        await daemon.logs("the config was reloaded: 1 component, 1 probe")
        ended = await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"][0]["resolved_at"])
        assert "no longer monitored" in ended["incidents"][0]["updates"][-1]["message"]
        assert set(statuses(await daemon.get("/api/v1/status"))) == {"api"}


async def test_secrets_of_the_config_are_nowhere_to_be_seen(target: Target, tmp_path: Path) -> None:
    canary = "canary-7f3a9c"
    config = tmp_path / "probes.yaml"
    config.write_text(
        f"defaults: {{interval: 500ms, timeout: 400ms, recheck_interval: 100ms, slow_after: 300ms}}\n"
        f"components:\n  api:\n    name: API\n    probes:\n      health:\n        http:\n"
        f"          url: '{target.url}/api'\n          headers: {{authorization: 'Bearer {canary}'}}\n"
        f"          query: {{token: '{canary}'}}\n        expect: {{body: {{contains: '{canary}-no'}}}}\n"
    )
    async with running(config, tmp_path / "data") as daemon:
        await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"])
        seen = [str(await daemon.get(path)) for path in ("/", "/metrics", "/api/v1/incidents", "/api/v1/components")]
        daemon.signal(signal.SIGTERM)
        _, _, errors = await daemon.ends()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file())
    assert canary not in "".join([*seen, *daemon.log, errors])
    assert canary.encode() not in stored


async def test_check_says_what_a_config_holds(config: Path) -> None:
    async with Daemon("check", "--config", str(config)) as check:
        assert await check.ends() == (0, "ok: 2 components, 2 probes\n", "")


@pytest.mark.parametrize(
    ("status", "code", "words"), [(200, 0, "api/health: pass in "), (503, 1, "HTTP 503 instead of 2xx")]
)
async def test_probe_runs_once_and_prints_what_it_saw(
    status: int, code: int, words: str, target: Target, config: Path
) -> None:
    target.statuses["api"] = status
    async with Daemon("probe", "api", "--config", str(config)) as once:
        left, output, _ = await once.ends()
    assert left == code
    assert words in output
    assert "processing" in output


async def test_probe_names_the_probes_there_are(config: Path) -> None:
    async with Daemon("probe", "api/nothing", "--config", str(config)) as once:
        code, _, errors = await once.ends()
    assert code == 2
    assert errors == f"{config} has no probe api/nothing; it has api/health, cdn/asset\n"


async def test_health_asks_a_daemon_whether_it_lives(config: Path, tmp_path: Path) -> None:
    async with running(config, tmp_path / "data") as daemon, Daemon("health", "--url", daemon.url) as health:
        assert (await health.ends())[0] == 0
    async with Daemon("health", "--url", daemon.url) as health:
        code, _, errors = await health.ends()
    assert code == 1
    assert daemon.url in errors


async def test_health_imports_nothing_heavy() -> None:
    heavy = "aiohttp", "apscheduler", "pydantic", "sqlite_utils", "yaml", "jinja2", "prometheus_client"
    program = (
        f"import sys, monitor.cli, monitor.commands.healthcheck; sys.exit(bool(set({heavy!r}) & set(sys.modules)))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await process.wait() == 0
