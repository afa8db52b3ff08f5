"""Watching from end to end: real daemons that await callbacks, take beats, and doubt what may be their own doing."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from tests.daemons import Daemon, running, statuses

HASTE = "interval: 500ms, timeout: 400ms, recheck_interval: 100ms, resolve_after: 1s"


class Deliverer:
    """Takes an order to deliver an event to a URL, and does so unless it is told not to."""

    def __init__(self) -> None:
        self.delivers = True
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/deliveries", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._session = aiohttp.ClientSession()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        order = await request.json()
        if self.delivers:
            async with self._session.post(order["endpoint"], json={"type": "ping"}):
                pass
        return web.json_response({"status": "accepted"}, status=202)


def config_of(directory: Path, text: str) -> Path:
    config = directory / "probes.yaml"
    config.write_text(text, encoding="utf-8")
    return config


def round_trip(url: str) -> str:
    return f"""
defaults: {{{HASTE}}}
components:
  webhooks:
    probes:
      delivery:
        interval: 2s
        steps:
          - name: order
            http: {{method: POST, url: "{url}/deliveries", json: {{endpoint: "{{{{callback_url}}}}"}}}}
            await_callback: 500ms
"""


async def command(*arguments: str) -> tuple[int, str, str]:
    async with Daemon(*arguments) as process:
        return await process.ends()


async def test_a_delivery_that_arrives_is_a_pass_and_one_that_does_not_is_an_outage(tmp_path: Path) -> None:
    async with Deliverer() as target:
        config = config_of(tmp_path, round_trip(target.url))
        async with running(config, tmp_path / "data") as daemon:
            await daemon.until("/api/v1/status", lambda it: statuses(it) == {"webhooks": "operational"})
            target.delivers = False
            await daemon.until("/api/v1/status", lambda it: statuses(it) == {"webhooks": "major_outage"})
            (incident,) = (await daemon.get("/api/v1/incidents"))["incidents"]
            assert "step order: nothing was posted to the callback within 500 ms" in incident["updates"][0]["message"]


async def test_a_probe_that_awaits_a_callback_is_run_by_the_daemon_for_the_command(tmp_path: Path) -> None:
    async with Deliverer() as target:
        config, data = config_of(tmp_path, round_trip(target.url)), tmp_path / "data"
        arguments = ("probe", "webhooks/delivery", "--config", str(config), "--data", str(data))
        code, _, errors = await command(*arguments)
        assert (code, "no daemon runs on" in errors) == (4, True), errors
        async with running(config, data):
            code, output, errors = await command(*arguments)
        assert (code, errors) == (0, "")
        assert output.startswith("webhooks/delivery: pass")
        assert "step order" in output


BEATS = f"""
defaults: {{{HASTE}}}
components:
  batch:
    name: Batch Processing
    probes:
      nightly: {{heartbeat: {{every: 1s, grace: 500ms}}}}
"""


async def beat(url: str, signal: str = "") -> int:
    async with aiohttp.ClientSession() as session, session.post(f"{url}{signal}") as answer:
        return answer.status


async def test_a_heartbeat_reports_in_at_the_url_that_its_operator_is_shown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running(config_of(tmp_path, BEATS), data) as daemon:
        assert statuses(await daemon.get("/api/v1/status")) == {"batch": "unknown"}
        code, output, _ = await command("heartbeats", "list", "--data", str(data))
        url = output.split()[-1]
        assert (code, url.startswith(f"{daemon.url}/heartbeats/hb_")) == (0, True), output
        assert await beat(url) == 204
        await daemon.until("/api/v1/status", lambda it: statuses(it) == {"batch": "operational"})
        await daemon.until("/api/v1/status", lambda it: statuses(it) == {"batch": "major_outage"})
        assert await beat(url, "/start") == 204
        assert statuses(await daemon.get("/api/v1/status")) == {"batch": "major_outage"}
        assert await beat(url, "/0") == 204
        await daemon.until("/api/v1/status", lambda it: statuses(it) == {"batch": "operational"})
        assert await beat(url, "/3") == 204
        await daemon.until("/api/v1/status", lambda it: statuses(it) == {"batch": "major_outage"})
        assert await beat(f"{url}x") == 404
        assert url.rpartition("/")[2] not in await daemon.get("/metrics")
    async with running(tmp_path / "probes.yaml", data) as again:
        _, output, _ = await command("heartbeats", "list", "--data", str(data))
        assert output.split()[-1].rpartition("/")[2] == url.rpartition("/")[2]
        assert statuses(await again.get("/api/v1/status")) == {"batch": "major_outage"}


async def test_a_heartbeat_is_nothing_that_could_be_asked(tmp_path: Path) -> None:
    code, _, errors = await command("probe", "batch/nightly", "--config", str(config_of(tmp_path, BEATS)))
    assert (code, "reports in by itself" in errors) == (2, True)


class Silence:
    """A port on which nobody takes connections: its backlog is full."""

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._held = [socket.socket() for _ in range(4)]
        for each in self._held:
            each.setblocking(False)
            each.connect_ex(self._listener.getsockname())
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        for each in (*self._held, self._listener):
            each.close()


def doubting(target: int, reference: int) -> str:
    return f"""
defaults: {{{HASTE}}}
references: ["tcp://127.0.0.1:{reference}"]
components:
  api: {{probes: {{health: {{http: "http://127.0.0.1:{target}/"}}}}}}
"""


async def test_what_nobody_answers_is_an_outage_while_a_reference_answers(tmp_path: Path) -> None:
    with Silence() as target:
        gateway = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        config = config_of(tmp_path, doubting(target, gateway.sockets[0].getsockname()[1]))
        async with gateway, running(config, tmp_path / "data") as daemon:
            await daemon.until("/api/v1/status", lambda it: statuses(it) == {"api": "major_outage"})


async def test_what_nobody_answers_is_unknown_while_no_reference_answers_either(tmp_path: Path) -> None:
    """The reference takes one connection, when it is first asked, and falls silent: as if our network were cut."""
    with Silence() as target, socket.create_server(("127.0.0.1", 0), backlog=0) as reference:
        config = config_of(tmp_path, doubting(target, reference.getsockname()[1]))
        async with running(config, tmp_path / "data") as daemon:
            await daemon.until("/metrics", lambda it: 'justkalm_monitor_degraded{reason="own_network"} 1' in it)
            assert "own_network" in await daemon.get("/")
            assert statuses(await daemon.get("/api/v1/status")) == {"api": "unknown"}
            assert (await daemon.get("/api/v1/incidents"))["incidents"] == []


async def test_what_our_own_network_hides_is_asked_again_at_the_recheck_interval(tmp_path: Path) -> None:
    with Silence() as target, socket.create_server(("127.0.0.1", 0), backlog=0) as reference:
        rarely = doubting(target, reference.getsockname()[1]).replace("interval: 500ms", "interval: 1h", 1)
        async with running(config_of(tmp_path, rarely), tmp_path / "data") as daemon:
            hidden = 'justkalm_probe_runs_total{component="api",probe="health",verdict="unknown"} 3'
            await daemon.until("/metrics", lambda it: hidden in it)


async def test_a_reload_asks_the_references_and_silence_is_told_before_a_target_fails(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as reference:
        async with Deliverer() as target:
            port = int(target.url.rpartition(":")[2])
            config = config_of(tmp_path, doubting(port, reference.getsockname()[1]))
            async with running(config, tmp_path / "data") as daemon:
                config.write_text(config.read_text(encoding="utf-8") + "\n# anew\n", encoding="utf-8")
                await daemon.logs("the config was reloaded")
                await daemon.logs("no reference answers, and nothing else does")
                await daemon.until("/metrics", lambda it: 'justkalm_monitor_degraded{reason="own_network"} 1' in it)


async def test_a_reference_that_never_answered_excuses_nothing(tmp_path: Path) -> None:
    with Silence() as target, Silence() as reference:
        config = config_of(tmp_path, doubting(target, reference))
        async with running(config, tmp_path / "data") as daemon:
            await daemon.logs(f"reference tcp://127.0.0.1:{reference} does not answer")
            await daemon.until("/api/v1/status", lambda it: statuses(it) == {"api": "major_outage"})
