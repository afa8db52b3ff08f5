"""Alerts from end to end: a real daemon, and receivers in the place of those that people look at."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import web

from tests.daemons import Daemon, Target, running

PROBES = """
page: {{name: JustKalm, url: https://status.test}}
defaults:
  interval: 200ms
  timeout: 190ms
  recheck_interval: 100ms
  slow_after: 150ms
  failure_threshold: 1
  success_threshold: 1
  resolve_after: 1s
components:
  api: {{name: API, probes: {{health: {{http: "{target}/api"}}}}}}
  cdn: {{name: CDN, probes: {{asset: {{http: "{target}/cdn"}}}}}}
alerts:
"""
SLACK = """
  - slack: {{url: "{inbox}/services/canary-5e1f"}}
    least_impact: major
"""
PAGERDUTY = """
  - pagerduty: {{routing_key: canary-90a7, url: "{inbox}"}}
"""
BROKEN = """
  - name: broken
    discord: {{url: "{inbox}/broken/canary-b40c"}}
"""
CANARIES = ("canary-5e1f", "canary-90a7", "canary-b40c", "services/", "broken/")


@dataclass
class Inbox:
    """Takes whatever comes, but for what a path's beginning says; an answer tells back what it was sent."""

    statuses: dict[str, int] = field(default_factory=dict)
    got: list[tuple[str, Any]] = field(default_factory=list)  # (path, body)
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append((request.path, await request.json()))
        said = (await request.read()).decode()
        status = next((to for path, to in self.statuses.items() if request.path.startswith(path)), 202)
        return web.Response(status=status, text=f"{self.url}{request.path} got {said}")

    def at(self, path: str) -> list[Any]:
        """The bodies that came to it."""
        return [body for to, body in self.got if to.startswith(path)]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not true():
                await asyncio.sleep(0.02)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "probes.yaml"


async def alerts(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    async with Daemon("alerts", *arguments, "--data", str(data)) as command:
        return await command.ends()


def paged(inbox: Inbox) -> list[tuple[str, str]]:
    return [(body["event_action"], body["dedup_key"]) for body in inbox.at("/v2/enqueue")]


async def test_an_outage_is_told_where_people_look_and_a_refusing_receiver_holds_up_nobody(
    target: Target, config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with Inbox({"/broken": 400}) as inbox:
        config.write_text((PROBES + SLACK + PAGERDUTY + BROKEN).format(target=target.url, inbox=inbox.url))
        async with running(config, data) as daemon:
            target.statuses["api"] = 503
            await inbox.until(lambda: bool(inbox.at("/services") and paged(inbox)))
            target.statuses.clear()
            await inbox.until(lambda: len(paged(inbox)) == 2 and len(inbox.at("/broken")) == 3)
            await inbox.until(lambda: len(inbox.at("/services")) == 3)
            (incident,) = (await daemon.get("/api/v1/incidents"))["incidents"]
            assert paged(inbox) == [("trigger", f"{incident['id']}/0"), ("resolve", f"{incident['id']}/0")]
            assert "API outage" in json.dumps(inbox.at("/services")[0])
            assert f"https://status.test/#{incident['id']}" in json.dumps(inbox.at("/services")[0])
            await daemon.until("/metrics", lambda text: "\njustkalm_outbox_pending 0" in text)
            code, listed, _ = await alerts(data, "list")
            states = {name: (await alerts(data, "deliveries", name))[1] for name in ("slack", "pagerduty", "broken")}
    assert (code, len(listed.splitlines())) == (0, 4)
    assert [states[name].count("incident.") for name in states] == [3, 3, 3]
    assert [states[name].count("delivered") for name in states] == [3, 2, 0]
    assert (states["pagerduty"].count("superseded"), states["broken"].count("dead")) == (1, 3)


async def test_an_alert_is_tried_out_without_an_outage(target: Target, config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with Inbox({"/broken": 403}) as inbox:
        config.write_text((PROBES + PAGERDUTY + BROKEN).format(target=target.url, inbox=inbox.url))
        async with running(config, data) as daemon:
            taken = await alerts(data, "test", "pagerduty")
            refused = await alerts(data, "test", "broken")
            unknown = await alerts(data, "test", "oops")
            incidents = await daemon.get("/api/v1/incidents")
            metrics = await daemon.get("/metrics")
    assert (taken[0], taken[2]) == (0, "")
    (trigger, key), (resolve, same) = paged(inbox)
    assert (trigger, resolve, key) == ("trigger", "resolve", same)
    assert "Test of the alert pagerduty" in inbox.at("/v2/enqueue")[0]["payload"]["summary"]
    assert (refused[0], refused[1]) == (1, "")
    assert refused[2].startswith("broken did not take incident.created: 403 ")
    assert unknown == (1, "", "There is no alert 'oops'; there are pagerduty, broken.\n")
    assert incidents == {"incidents": []}
    assert "\njustkalm_outbox_pending 0" in metrics


async def test_tokens_and_webhook_urls_are_nowhere_to_be_seen_and_not_on_the_disk(
    target: Target, config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with Inbox({"/broken": 400, "/v2": 500}) as inbox:
        config.write_text((PROBES + SLACK + PAGERDUTY + BROKEN).format(target=target.url, inbox=inbox.url))
        async with running(config, data) as daemon:
            target.statuses["api"] = 503
            await daemon.logs("alert broken is given up")
            await inbox.until(lambda: bool(inbox.at("/services") and paged(inbox)))
            paths = ("/", "/metrics", "/api/v1/incidents", "/api/v1/components", "/api/v1/subscriptions", "/alerts")
            seen = [str(await daemon.get(path)) for path in paths]
            commands = [("list",), ("test", "broken"), ("deliveries", "broken"), ("deliveries", "pagerduty")]
            seen += [str(await alerts(data, *command)) for command in commands]
            seen += [path.read_bytes().decode("latin-1") for path in data.glob("monitor.db*")]
            daemon.signal(signal.SIGTERM)
            _, _, errors = await daemon.ends()
    seen += [path.read_bytes().decode("latin-1") for path in data.glob("monitor.db*")]
    everything = "".join([*seen, *daemon.log, errors])
    assert "alr_slack" in everything
    for canary in CANARIES:
        assert canary not in everything


@pytest.mark.parametrize("how", ["reload", "redeliver"])
async def test_a_page_that_a_wrong_key_kept_back_goes_out_once_the_key_is_right(
    target: Target, config: Path, tmp_path: Path, how: str
) -> None:
    data = tmp_path / "data"
    async with Inbox({"/v2": 400}) as inbox:
        text = (PROBES + PAGERDUTY).format(target=target.url, inbox=inbox.url)
        config.write_text(text)
        async with running(config, data) as daemon:
            target.statuses["api"] = 503
            await daemon.logs("alert pagerduty is given up")
            inbox.statuses.clear()
            refused = len(paged(inbox))
            if how == "reload":
                config.write_text(text.replace("canary-90a7", "canary-77e2"))
                daemon.signal(signal.SIGHUP)
            else:
                code, said, _ = await alerts(data, "redeliver", "pagerduty")
                assert (code, said.startswith("pagerduty is owed again: ")) == (0, True)
            await inbox.until(lambda: len(paged(inbox)) > refused)
            target.statuses.clear()
            await inbox.until(lambda: paged(inbox)[-1][0] == "resolve")
    assert paged(inbox)[refused][0] == "trigger"
    assert len({key for _, key in paged(inbox)}) == 1


# ── changes of the config ────────────────────────────────────────────────────────────────────────────


async def test_a_reload_names_other_alerts_and_what_was_owed_to_those_before_is_forgotten(
    target: Target, config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with Inbox({"/services": 500}) as inbox:
        config.write_text((PROBES + SLACK).format(target=target.url, inbox=inbox.url))
        async with running(config, data) as daemon:
            target.statuses["api"] = 503
            await inbox.until(lambda: bool(inbox.at("/services")))
            config.write_text((PROBES + PAGERDUTY).format(target=target.url, inbox=inbox.url))
            daemon.signal(signal.SIGHUP)
            await daemon.logs("the config has no alert slack any more: what is still owed to it is forgotten")
            await daemon.logs("the config was reloaded")
            await daemon.until("/metrics", lambda text: "\njustkalm_outbox_pending 0" in text)
            target.statuses.clear()
            await inbox.until(lambda: bool(paged(inbox)))
            listed = (await alerts(data, "list"))[1]
    assert [line.split()[0] for line in listed.splitlines()] == ["NAME", "pagerduty"]


async def test_an_alert_that_cannot_be_written_down_is_written_as_soon_as_it_can_be(
    target: Target, config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with Inbox() as inbox:
        config.write_text((PROBES + SLACK).format(target=target.url, inbox=inbox.url))
        async with running(config, data) as daemon:
            with closing(sqlite3.connect(data / "monitor.db", isolation_level=None, timeout=30)) as other:
                other.execute("BEGIN IMMEDIATE")
                config.write_text((PROBES + SLACK + PAGERDUTY).format(target=target.url, inbox=inbox.url))
                daemon.signal(signal.SIGHUP)
                await daemon.logs("of the config cannot be written down yet")
                assert "\njustkalm_config_reload_success 0" in await daemon.get("/metrics")
                other.execute("ROLLBACK")
            await daemon.logs("the config was reloaded")
            listed = (await alerts(data, "list"))[1]
    assert [line.split()[0] for line in listed.splitlines()] == ["NAME", "slack", "pagerduty"]


async def test_an_alert_that_is_new_at_the_start_hears_of_what_the_start_comes_to(
    target: Target, config: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    target.statuses["api"] = 503
    async with Inbox() as inbox:
        config.write_text(PROBES.format(target=target.url) + "  []\n")
        async with running(config, data) as daemon:
            await daemon.until("/api/v1/incidents", lambda answer: answer["incidents"])
            daemon.signal(signal.SIGTERM)
            await daemon.ends()
        without_api = (PROBES + PAGERDUTY).format(target=target.url, inbox=inbox.url).splitlines()
        config.write_text("\n".join(line for line in without_api if not line.startswith("  api: ")))
        async with running(config, data):
            await inbox.until(lambda: bool(paged(inbox)))
    assert [action for action, _ in paged(inbox)] == ["resolve"]
