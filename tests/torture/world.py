"""What a case stands on: a target, a receiver of webhooks, a config, a data directory, and daemons on it."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from exporter.socketfile import CONTROL_SOCKET
from tests.daemons import Target
from tests.receivers import Receiver
from tests.torture.acknowledged import Witness
from tests.torture.people import People
from tests.torture.running import LOOKS_AGAIN, UNREACHABLE, Running
from tests.torture.soundness import faults, still_owed

FAILING = 503
DRAINS = 10  # daemons that may come and go until nothing is owed: each may owe anew in the moment in which it stops
DEFAULTS = {
    "interval": "500ms",
    "timeout": "400ms",
    "recheck_interval": "100ms",
    "slow_after": "300ms",
    "failure_threshold": 2,
    "success_threshold": 1,
    "resolve_after": "1s",
}


@dataclass(kw_only=True)
class World:
    """One directory under torture, and all that it touches.

    Args:
        settings: the config as it is; `write` puts it into the file.
        key: may do everything, once `acquaint` was called.
    """

    directory: Path
    target: Target
    receiver: Receiver
    settings: dict[str, Any]
    witness: Witness
    key: str = ""

    @property
    def config(self) -> Path:
        return self.directory / "probes.yaml"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def parts(self) -> list[str]:
        """What the target can be told to do otherwise: one for each probe."""
        return [url.rpartition("/")[2] for url in _urls(self.settings)]

    def write(self) -> None:
        """Put the settings into the config file; JSON is YAML."""
        self.config.write_text(json.dumps(self.settings, indent=1), encoding="utf-8")

    def daemon(
        self, *, wrapper: Sequence[str] = (), environ: Mapping[str, str] | None = None, data: Path | None = None
    ) -> Running:
        """A daemon on the directory (or another), to be entered: `async with world.daemon() as daemon`."""
        where = ("--config", str(self.config), "--data", str(data or self.data), "--listen", "127.0.0.1:0")
        return Running("run", *where, wrapper=wrapper, environ=environ)

    async def acquaint(self, daemon: Running) -> People:
        """Make a key, and subscribe the receiver to everything. Returns people with that key, to be set to work."""
        self.key = await new_key(self.data)
        made = await subscribed(daemon, self.key, self.receiver)
        self.witness.note_subscription(made)
        self.witness.listening = made
        return People(self.key, self.witness, list(self.settings["components"]))

    async def begun(self) -> People:
        """A first daemon makes the directory, and is gone again; who is to live there is acquainted."""
        async with self.daemon() as daemon:
            await daemon.ready()
            people = await self.acquaint(daemon)
            assert await daemon.terminated() == 0, daemon.last_words
        return people

    async def drained(self) -> None:
        """Let all be well, and run daemons until nothing is owed any more and the last has ended orderly."""
        self.target.statuses.clear()
        self.target.hanging.clear()
        for _ in range(DRAINS):
            async with self.daemon() as daemon:
                await daemon.ready()
                await _nothing_is_owed(daemon, self.key)
                code = await daemon.terminated()
            assert code == 0, daemon.last_words
            if not still_owed(self.data):
                return
        raise AssertionError(f"after {DRAINS} daemons something is still owed")

    def faults(self) -> list[str]:
        """What is wrong with the file of the daemon that has ended, and with what was told; none when all is well."""
        return faults(self.data, self.witness, self.receiver)


@asynccontextmanager
async def world(*, components: int = 10, probes: int = 2, **settings: Any) -> AsyncIterator[World]:
    """A world with so many components of so many probes each; a config to begin with is written.

    Args:
        settings: of the config, in place of or beside what it would hold.
    """
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as directory:
        async with Target() as target, Receiver() as receiver:
            asked = {"components": _components(target.url, components, probes), "defaults": DEFAULTS}
            inner = {"webhooks": {"allow_http": True, "allow_networks": ["127.0.0.0/8"]}}
            made = World(
                directory=Path(directory),
                target=target,
                receiver=receiver,
                settings={**asked, **inner, **settings},
                witness=Witness(),
            )
            made.write()
            yield made


@asynccontextmanager
async def meanwhile(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """What goes on at the same time, until it is left; what dies of an error of its own is told then."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def misbehave(target: Target, parts: Sequence[str], chance: random.Random, every: float = 0.1) -> None:
    """In stretches, parts of the target fail and recover, a third of them at a time."""
    while True:
        part = chance.choice(parts)
        if part in target.statuses:
            del target.statuses[part]
        elif len(target.statuses) < len(parts) // 3:
            target.statuses[part] = FAILING
        await asyncio.sleep(every)


async def new_key(data: Path) -> str:
    """A key that may do everything, from the daemon that runs on the directory."""
    connector = aiohttp.UnixConnector(str(data / CONTROL_SOCKET))
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.post("http://localhost/keys", json={"name": "ada", "scopes": ["admin"]}) as answer:
            return str((await answer.json())["key"])


async def subscribed(daemon: Running, key: str, receiver: Receiver, *events: str, **more: Any) -> dict[str, Any]:
    """The document of a receiver's subscription to these events, or to all."""
    body = {"endpoint": receiver.url, "events": list(events or ("*",)), **more}
    status, made = await daemon.ask("POST", "/api/v1/subscriptions", body, key)
    assert status == 201, made
    receiver.secret = made["secret"]
    return dict(made)


async def _nothing_is_owed(daemon: Running, key: str) -> None:
    """Until all is delivered; what waits for another attempt is tried now."""
    async with asyncio.timeout(daemon.patience):
        while "\njustkalm_outbox_pending 0" not in await daemon.get("/metrics"):
            await _hasten(daemon, key)
            await asyncio.sleep(10 * LOOKS_AGAIN)


async def _hasten(daemon: Running, key: str) -> None:
    """Changing nothing of a subscription has what waits for it tried now."""
    with suppress(*UNREACHABLE):
        _, listed = await daemon.ask("GET", "/api/v1/subscriptions", key=key)
        for each in listed["subscriptions"]:
            path = f"/api/v1/subscriptions/{each['id']}"
            await daemon.ask("PATCH", path, {"events": each["events"]}, key)


def _components(url: str, components: int, probes: int) -> dict[str, Any]:
    return {
        f"c{number}": {
            "name": f"Component {number}",
            "probes": {f"p{nth}": {"http": f"{url}/c{number}p{nth}"} for nth in range(probes)},
        }
        for number in range(components)
    }


def _urls(settings: Mapping[str, Any]) -> list[str]:
    probes = [probe for component in settings["components"].values() for probe in component["probes"].values()]
    return [probe["http"] for probe in probes if isinstance(probe.get("http"), str)]
