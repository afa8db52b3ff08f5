"""Webhooks from end to end: a real daemon, real receivers, and kills at random moments."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.daemons import Daemon, Target, running
from tests.receivers import Receiver, drip, hang

KILLS = int(os.environ.get("KILLS", "20"))  # more on demand
PROBES = """
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
webhooks: {{allow_http: true, allow_networks: [127.0.0.0/8]}}
"""


@pytest.fixture
def config(tmp_path: Path, target: Target) -> Path:
    path = tmp_path / "probes.yaml"
    path.write_text(PROBES.format(target=target.url))
    return path


async def key_of(data: Path, *arguments: str) -> str:
    """A new key, from the command line."""
    options = ("--name", "test", "--scope", "subscriptions", "--data", str(data))
    async with Daemon("keys", "create", *options, *arguments) as command:
        code, output, errors = await command.ends()
    assert code == 0, errors
    return output.splitlines()[-1]


async def subscribe(daemon: Daemon, key: str, receiver: Receiver, *events: str, **more: Any) -> dict[str, Any]:
    wanted = {"endpoint": receiver.url, "events": list(events or ("*",)), **more}
    status, subscription = await daemon.post("/api/v1/subscriptions", wanted, key)
    assert status == 201, subscription
    receiver.secret = subscription["secret"]
    return dict(subscription)


async def everything_arrived(receivers: list[Receiver], events: int) -> None:
    """Until each receiver has had so many different events."""
    async with asyncio.timeout(60):
        while any(len(set(receiver.ids)) < events for receiver in receivers):
            await asyncio.sleep(0.02)


async def test_an_outage_is_told_with_a_signature_that_verifies(target: Target, config: Path, tmp_path: Path) -> None:
    async with Receiver() as receiver, running(config, tmp_path / "data") as daemon:
        await subscribe(daemon, await key_of(tmp_path / "data"), receiver, "incident.*")
        target.statuses["api"] = 503
        await everything_arrived([receiver], 1)
        target.statuses.clear()
        await everything_arrived([receiver], 3)
        kinds = [body["type"] for _, body in receiver.got]
        assert kinds == ["incident.created", "incident.updated", "incident.resolved"]
        last = receiver.got[-1][1]["data"]
        assert last == await daemon.get(f"/api/v1/incidents/{last['id']}")
        sequences = [body["sequence"] for _, body in receiver.got]
        assert sequences == sorted(sequences)


async def test_a_sick_receiver_holds_up_nobody(target: Target, config: Path, tmp_path: Path) -> None:
    sick = [Receiver(answer=hang), Receiver(answer=drip), Receiver(status=500)]
    healthy = [Receiver() for _ in range(5)]
    async with AsyncExitStack() as stack, running(config, tmp_path / "data") as daemon:
        key = await key_of(tmp_path / "data")
        for receiver in (*sick, *healthy):
            await stack.enter_async_context(receiver)
            await subscribe(daemon, key, receiver, "component.status_changed")
        for status in (503, 200, 503, 200):
            target.statuses["api"] = status
            before = len(healthy[0].got)
            await everything_arrived(healthy, before + 1)
        assert all(receiver.ids == healthy[0].ids for receiver in healthy)


@pytest.mark.timeout(60 + 10 * KILLS)
async def test_kill_9_loses_no_event_and_invents_none(target: Target, config: Path, tmp_path: Path) -> None:
    chance, data = random.Random(7), tmp_path / "data"
    receivers = [Receiver(), Receiver(), Receiver()]
    async with AsyncExitStack() as stack:
        for receiver in receivers:
            await stack.enter_async_context(receiver)
        async with running(config, data) as daemon:
            key = await key_of(data)
            for receiver in receivers:
                await subscribe(daemon, key, receiver, "*")
        for _ in range(KILLS):
            async with running(config, data) as daemon:
                for _ in range(chance.randrange(1, 6)):
                    target.statuses["api"] = chance.choice((200, 503))
                    target.statuses["cdn"] = chance.choice((200, 503))
                    await daemon.until("/api/v1/status", _moved(receivers[0], chance))
                daemon.signal(signal.SIGKILL)
                await daemon.ends()
        target.statuses.clear()
        for _ in range(5):  # an incident may resolve, and be owed, in the moment in which we stop
            async with running(config, data) as daemon:
                await daemon.until("/api/v1/status", lambda answer: answer["status"] == "operational")
                await daemon.until("/metrics", lambda text: "\njustkalm_outbox_pending 0" in text)
                daemon.signal(signal.SIGTERM)
                assert (await daemon.ends())[0] == 0
            if "pending" not in {state for _, state in deliveries(data)}:
                break
        owed = deliveries(data)
        assert len(owed) > KILLS
        for receiver in receivers:
            assert set(receiver.ids) == {event for event, state in owed if state == "delivered"}
            bodies = {webhook_id: body["sequence"] for webhook_id, body in receiver.got}
            assert len(set(bodies.values())) == len(bodies)
        assert {state for _, state in owed} <= {"delivered", "superseded"}


def _moved(receiver: Receiver, chance: random.Random) -> Callable[[Any], bool]:
    """Whether something was told since, or it has been asked for often enough."""
    told = len(receiver.got)
    return lambda _: len(receiver.got) > told or chance.random() < 0.1


def deliveries(data: Path) -> set[tuple[str, str]]:
    """(event, state) of all that was ever owed, from the file of a daemon that has ended."""
    with closing(sqlite3.connect(data / "monitor.db")) as database:
        rows = database.execute("SELECT e.id, d.state FROM deliveries d JOIN events e ON e.seq = d.event")
        return {(str(event), str(state)) for event, state in rows}


async def test_secrets_keys_and_endpoint_paths_are_nowhere_to_be_seen(
    target: Target, config: Path, tmp_path: Path
) -> None:
    async with Receiver(status=500) as receiver, running(config, tmp_path / "data") as daemon:
        key = await key_of(tmp_path / "data")
        receiver.url = f"{receiver.url}?token=canary-5e1f"
        subscription = await subscribe(daemon, key, receiver)
        target.statuses["api"] = 503
        await daemon.until("/metrics", lambda text: 'justkalm_webhook_attempts_total{outcome="failed"}' in text)
        seen = [str(await daemon.get(path)) for path in ("/", "/metrics", "/api/v1/incidents", "/api/v1/components")]
        daemon.signal(signal.SIGTERM)
        _, _, errors = await daemon.ends()
    everything = "".join([*seen, *daemon.log, errors])
    for canary in ("canary-5e1f", "/hook", key, subscription["secret"]):
        assert canary not in everything


async def test_without_a_daemon_keys_says_how_to_start_one(tmp_path: Path) -> None:
    async with Daemon("keys", "list", "--data", str(tmp_path)) as command:
        code, _, errors = await command.ends()
    assert code == 3
    assert "justkalm-monitor run" in errors
    assert errors.count("\n") == 1
