"""What people plan and write, from end to end: real daemons that are killed meanwhile, and a real receiver."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from exporter.socketfile import CONTROL_SOCKET
from tests.daemons import Daemon, Target, running, statuses
from tests.receivers import Receiver

PROBES = """
defaults: {{interval: 200ms, timeout: 190ms, recheck_interval: 100ms, slow_after: 150ms, resolve_after: 500ms,
  failure_threshold: 1, success_threshold: 1}}
components:
  api: {{name: API, probes: {{health: {{http: "{target}/api"}}}}}}
  cdn: {{name: CDN, probes: {{asset: {{http: "{target}/cdn"}}}}}}
webhooks: {{allow_http: true, allow_networks: [127.0.0.0/8]}}
"""
ALWAYS = """
maintenance:
  - {title: Compaction, components: [api], cron: "* * * * *", duration: 2m, notice: 1m}
"""


@pytest.fixture
def config(tmp_path: Path, target: Target) -> Path:
    path = tmp_path / "probes.yaml"
    path.write_text(PROBES.format(target=target.url), encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def key_of(data: Path) -> str:
    """A key of Ada, who may do it all."""
    connector = aiohttp.UnixConnector(str(data / CONTROL_SOCKET))
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.post("http://localhost/keys", json={"name": "ada", "scopes": ["admin"]}) as answer:
            return str((await answer.json())["key"])


async def ask(daemon: Daemon, key: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.request(method, f"{daemon.url}/api/v1/{path}", json=body) as answer:
            return answer.status, await answer.json(content_type=None)


async def made(daemon: Daemon, key: str, path: str, **body: object) -> Any:
    """The document of what was made."""
    status, document = await ask(daemon, key, "POST", path, body)
    assert status == 201, document
    return document


async def changed(daemon: Daemon, key: str, path: str, **body: object) -> Any:
    """The document of what was changed."""
    status, document = await ask(daemon, key, "PATCH", path, body)
    assert status == 200, document
    return document


async def killed(daemon: Daemon) -> None:
    daemon.signal(signal.SIGKILL)
    await daemon.ends()


async def told(daemon: Daemon, receiver: Receiver) -> list[tuple[str, str]]:
    """What the receiver was told once all is delivered: kind and id of the subject, each event but once."""
    await daemon.until("/metrics", lambda text: "\njustkalm_outbox_pending 0" in text)
    events = dict(receiver.got)
    return [(body["type"].partition(".")[2], body["data"]["id"]) for body in events.values()]


async def listen(daemon: Daemon, key: str, receiver: Receiver, *events: str) -> None:
    subscription = await made(daemon, key, "subscriptions", endpoint=receiver.url, events=events)
    receiver.secret = subscription["secret"]


async def shown(daemon: Daemon, component: str) -> str:
    return statuses(await daemon.get("/api/v1/status"))[component]


async def becomes(daemon: Daemon, component: str, status: str) -> None:
    await daemon.until("/api/v1/status", lambda answer: statuses(answer)[component] == status)


async def incidents(daemon: Daemon, component: str) -> list[Any]:
    return list((await daemon.get(f"/api/v1/incidents?component={component}"))["incidents"])


async def outlast(daemon: Daemon, target: Target) -> None:
    """Until trouble elsewhere has come, gone, and been resolved: so would be all that went well before it."""
    target.statuses["cdn"] = 503
    await becomes(daemon, "cdn", "major_outage")
    target.statuses["cdn"] = 200
    await daemon.until("/api/v1/incidents?component=cdn", lambda answer: answer["incidents"][0]["resolved_at"])


def soon(seconds: float) -> str:
    """A time so many seconds from now."""
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}Z"


# ── maintenance ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_planned_window_begins_and_ends_once_whatever_dies_meanwhile(config: Path, data: Path) -> None:
    async with Receiver() as receiver:
        async with running(config, data) as daemon:
            key = await key_of(data)
            await listen(daemon, key, receiver, "maintenance.*")
            window = await made(
                daemon, key, "maintenances", title="Upgrade", components=["api"], starts=soon(1), ends=soon(3)
            )
            assert (window["status"], window["by"], window["recurring"]) == ("scheduled", "ada", None)
            await becomes(daemon, "api", "under_maintenance")
            await killed(daemon)
        async with running(config, data) as daemon:
            path = f"/api/v1/maintenances/{window['id']}"
            await daemon.until(path, lambda answer: answer["status"] == "completed")
            await becomes(daemon, "api", "operational")
            kinds = ("scheduled", "started", "completed")
            assert sorted(await told(daemon, receiver)) == sorted((kind, window["id"]) for kind in kinds)
            assert (await daemon.get("/api/v1/maintenances"))["maintenances"] == [window | {"status": "completed"}]


async def test_trouble_inside_a_window_opens_nothing_and_what_outlives_it_begins_at_its_end(
    target: Target, config: Path, data: Path
) -> None:
    async with running(config, data) as daemon:
        key = await key_of(data)
        await becomes(daemon, "api", "operational")
        window = await made(daemon, key, "maintenances", title="Upgrade", components=["api"], duration="1h")
        assert (window["status"], await shown(daemon, "api")) == ("in_progress", "under_maintenance")
        target.statuses["api"] = 503
        failed = 'justkalm_probe_runs_total{component="api",probe="health",verdict="fail"}'
        await daemon.until("/metrics", lambda text: failed in text)
        await outlast(daemon, target)
        assert await incidents(daemon, "api") == []
        await killed(daemon)
    async with running(config, data) as daemon:
        assert (await shown(daemon, "api"), await incidents(daemon, "api")) == ("under_maintenance", [])
        window = await changed(daemon, key, f"maintenances/{window['id']}", ends=soon(1))
        await becomes(daemon, "api", "major_outage")
        (incident,) = await incidents(daemon, "api")
        assert incident["started_at"] == window["ends"]


async def test_a_rule_planned_at_run_time_outlives_the_daemon_and_shows_its_next_five(
    config: Path, data: Path
) -> None:
    far = (datetime.now(UTC).hour + 12) % 24  # so that none begins meanwhile
    rule = {"title": "Backup", "components": ["api"], "cron": f"0 {far} * * *", "duration": "90m", "timezone": "UTC"}
    async with running(config, data) as daemon:
        key = await key_of(data)
        planned = await made(daemon, key, "maintenances", **rule)
        before = await daemon.get("/api/v1/maintenances")
        assert [window["recurring"] for window in before["maintenances"]] == [planned["id"]]
        await killed(daemon)
    async with running(config, data) as daemon:
        assert await daemon.get("/api/v1/maintenances") == before
        (again,) = before["recurring"]
        assert (again["title"], again["by"], len(again["next"])) == ("Backup", "ada", 5)
        assert again["next"][0]["starts"] == before["maintenances"][0]["starts"]
        assert (await ask(daemon, key, "DELETE", f"maintenances/{planned['id']}"))[0] == 204
        after = await daemon.get("/api/v1/maintenances")
        assert (after["recurring"], [window["status"] for window in after["maintenances"]]) == ([], ["cancelled"])


async def test_no_start_shows_a_component_in_recurring_maintenance_as_troubled_or_tells_twice(
    target: Target, config: Path, data: Path
) -> None:
    target.statuses["api"] = 503
    async with Receiver() as receiver:
        async with running(config, data) as daemon:
            await listen(daemon, await key_of(data), receiver, "maintenance.*")
            await becomes(daemon, "api", "major_outage")
            await killed(daemon)
        config.write_text(config.read_text(encoding="utf-8") + ALWAYS, encoding="utf-8")
        for _ in range(2):
            async with running(config, data) as daemon:
                assert await shown(daemon, "api") == "under_maintenance"
                events = await told(daemon, receiver)
                await killed(daemon)
        assert {kind for kind, _ in events} >= {"scheduled", "started"}
        assert set(Counter(events).values()) == {1}


async def test_a_reload_plans_by_a_rule_that_came_and_ends_what_came_of_one_that_went(
    config: Path, data: Path
) -> None:
    without = config.read_text(encoding="utf-8")
    async with running(config, data) as daemon:
        await becomes(daemon, "api", "operational")
        config.write_text(without + ALWAYS, encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        await becomes(daemon, "api", "under_maintenance")
        config.write_text(without, encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        await becomes(daemon, "api", "operational")
        planned = await daemon.get("/api/v1/maintenances")
        assert planned["recurring"] == []
        assert {window["status"] for window in planned["maintenances"]} <= {"completed", "cancelled"}


# ── incidents ────────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_person_opens_the_machine_joins_and_only_a_person_ends(
    target: Target, config: Path, data: Path
) -> None:
    async with running(config, data) as daemon:
        key = await key_of(data)
        opened = await made(daemon, key, "incidents", title="Odd prices", components=["api"], message="We look.")
        assert (opened["by"], opened["held"], opened["status"]) == ("ada", True, "investigating")
        target.statuses["api"] = 503
        await becomes(daemon, "api", "major_outage")
        target.statuses["api"] = 200
        await becomes(daemon, "api", "operational")
        await outlast(daemon, target)
        (still,) = await incidents(daemon, "api")
        assert (still["id"], still["title"], still["resolved_at"]) == (opened["id"], "Odd prices", None)
        end = {"message": "The feed is back.", "status": "resolved"}
        resolved = await made(daemon, key, f"incidents/{opened['id']}/updates", **end)
        assert (resolved["status"], resolved["updates"][-1]["by"]) == ("resolved", "ada")
        assert await incidents(daemon, "api") == [resolved]


async def test_an_incident_that_a_person_holds_outlives_the_daemon_and_stays_theirs(
    target: Target, config: Path, data: Path
) -> None:
    target.statuses["api"] = 503
    async with running(config, data) as daemon:
        key = await key_of(data)
        opened = (await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"]))["incidents"][0]
        assert (opened["by"], opened["held"]) == ("machine", False)
        held = await changed(daemon, key, f"incidents/{opened['id']}", hold=True, message="It is ours.")
        await killed(daemon)
    async with running(config, data) as daemon:
        assert await incidents(daemon, "api") == [held]
        target.statuses["api"] = 200
        await becomes(daemon, "api", "operational")
        await outlast(daemon, target)
        (still,) = await incidents(daemon, "api")
        assert (still["held"], still["resolved_at"]) == (True, None)
        resolved = await changed(daemon, key, f"incidents/{opened['id']}", status="resolved")
        assert await incidents(daemon, "api") == [resolved]
        written = await changed(daemon, key, f"incidents/{opened['id']}", postmortem="A disk was full.")
        assert (written["postmortem"], written["status"]) == ("A disk was full.", "resolved")
