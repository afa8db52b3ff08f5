"""Wrong configs, and in between good ones that remove a component in its trouble."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from monitor.core.model import SECOND
from storage.opening import DATABASE
from tests.torture.gauges import OwnLag
from tests.torture.running import LOOKS_AGAIN, Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.world import FAILING, World, meanwhile, world
from tests.torture.wrong import KINDS, clear, like_anyone, possible

REFUSED, TAKEN = (f"\njustkalm_config_reload_success {value}" for value in ("0.0", "1.0"))
TIMEOUT = 0.4  # seconds
LONGEST_GAP = 1.2  # seconds between two runs of a probe whose interval is 0.5
GONE_QUIET = 10.0  # seconds; judged also where the machine is shared


@dataclass
class _Reloads:
    """What stands while the trials go on.

    Args:
        wrong: how many files of each kind were refused.
        removed: component → the incident that was open.
        took: seconds until a change was noticed, by what it was and how it was told.
    """

    around: World
    chance: random.Random
    wrong: Counter[str] = field(default_factory=Counter)
    removed: dict[str, str] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    async def trial(self, daemon: Running, nth: int, kind: str) -> None:
        """A component is in trouble; a wrong file changes nothing; a good one removes the component."""
        leaving = f"leaving{nth}"
        incident = await self._opened(daemon, leaving)
        before = await self._watched(daemon)
        clear(self.around.config)
        KINDS[kind](self.around.config, self.around.settings, self.chance)
        await self._noticed(daemon, "refused", REFUSED)
        self.wrong[kind] += 1
        if (after := await self._watched(daemon)) != before:
            self.lost.append(f"a config that was {kind} changed what is watched from {before} to {after}")
        self._replace(leaving, f"leaving{nth + 1}")
        await self._noticed(daemon, "taken", TAKEN)
        await self._taken(daemon, kind)
        self.removed[leaving] = incident
        await self._told(daemon, leaving, incident)

    def _replace(self, leaving: str, coming: str) -> None:
        """Put a good config in the place of what is there; who comes is in trouble."""
        components = self.around.settings["components"]
        components.pop(leaving, None)
        self.around.target.statuses[coming] = FAILING
        probes = {"page": {"http": f"{self.around.target.url}/{coming}"}}
        components[coming] = {"name": coming.title(), "probes": probes}
        clear(self.around.config)
        self.around.write()

    def begin(self) -> None:
        self._replace("", "leaving0")

    def end(self, nth: int) -> None:
        """Watch only who stays."""
        del self.around.settings["components"][f"leaving{nth}"]
        self.around.write()

    async def _noticed(self, daemon: Running, how: str, metric: str) -> None:
        """By a signal or by the file's change, and the metric says so."""
        by_signal = self.chance.random() < 0.5
        if by_signal:
            daemon.signal(signal.SIGHUP)
        began = time.monotonic()
        async with asyncio.timeout(daemon.patience):
            while metric not in await daemon.get("/metrics"):
                await asyncio.sleep(LOOKS_AGAIN)
        way = f"{how} {'by SIGHUP' if by_signal else 'by the change'}"
        self.took.setdefault(way, []).append(time.monotonic() - began)

    async def _taken(self, daemon: Running, kind: str) -> None:
        """The metric may be a commit ahead of what is shown."""
        try:
            async with asyncio.timeout(daemon.patience):
                while await self._watched(daemon) != self._wanted():
                    await asyncio.sleep(LOOKS_AGAIN)
        except TimeoutError:
            self.lost.append(f"after one that was {kind}, a good config was not taken into use")

    async def _opened(self, daemon: Running, component: str) -> str:
        """The id of the open incident of a component, once there is one."""
        async with asyncio.timeout(daemon.patience):
            while not (open_ones := await _incidents(daemon, component)):
                await asyncio.sleep(LOOKS_AGAIN)
        return str(open_ones[0]["id"])

    async def _told(self, daemon: Running, component: str, incident: str) -> None:
        """Its end is told, and what was remains to be read."""
        _, document = await daemon.ask("GET", f"/api/v1/incidents/{incident}")
        if (document["status"], document["components"]) != ("resolved", [component]):
            self.lost.append(f"{component} was removed, and its incident is {document['status']}")
        page, _ = await daemon.ask("GET", f"/incidents/{incident}")
        _, report = await daemon.ask("GET", f"/api/v1/reports/{datetime.now(UTC):%Y-%m}?format=json")
        reported = {each["id"]: [it["id"] for it in each["incidents"]] for each in report["components"]}
        if (page, reported.get(component)) != (200, [incident]):
            self.lost.append(f"{component} was removed; its page says {page}, its report {reported.get(component)}")

    async def _watched(self, daemon: Running) -> list[str]:
        _, listed = await daemon.ask("GET", "/api/v1/components")
        return [probe["id"] for component in listed["components"] for probe in component["probes"]]

    def _wanted(self) -> list[str]:
        components = self.around.settings["components"]
        return [f"{component}/{probe}" for component in components for probe in components[component]["probes"]]


async def run(scale: Scale) -> Score:
    chance = scale.chance("reloaded")
    async with world(components=4) as around:
        reloads = _Reloads(around, chance)
        await around.begun()
        reloads.begin()
        own_lag = OwnLag()
        kinds = _drawn(chance, scale.trials(10, 50))
        async with around.daemon(wrapper=like_anyone()) as daemon:
            await daemon.ready()
            async with meanwhile(around.witness.watch(daemon), own_lag.watch()):
                for nth, kind in enumerate(kinds):
                    await reloads.trial(daemon, nth, kind)
            code = await daemon.terminated()
        lost = [] if code == 0 else [f"it left with {code}; {daemon.last_words}"]
        reloads.end(len(kinds))
        await around.drained()
        gaps, failed = _watching(around)
        lost += [*reloads.lost, *around.faults(), *_closings(around, reloads), *_ledgers(around, reloads)]
    lost += own_lag.unexcused(failed, TIMEOUT)
    lost += scale.judged("the next run of a probe", gaps, LONGEST_GAP)
    lost += [f"a probe was not run for {gap:.1f} s" for gap in gaps if gap > GONE_QUIET]
    return Score(reloads.wrong.total(), lost, _figures(reloads, gaps))


def _drawn(chance: random.Random, count: int) -> list[str]:
    """Each kind as often as any other, in no order."""
    kinds = possible()
    chance.shuffle(kinds)
    return [kinds[nth % len(kinds)] for nth in range(count)]


def _figures(reloads: _Reloads, gaps: Sequence[float]) -> dict[str, str]:
    return {
        "wrong": ", ".join(f"{count} {kind}" for kind, count in sorted(reloads.wrong.items())),
        "removed in trouble": str(len(reloads.removed)),
        **{way: f"{len(taken)} times, {spread(taken)}" for way, taken in sorted(reloads.took.items())},
        "between runs": spread(gaps),
    }


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────


def _watching(around: World) -> tuple[list[float], int]:
    """Of those who stay: seconds between runs, and how many runs failed, which none should."""
    began = (
        "SELECT name, started, verdict FROM results JOIN probes ON probes.id = results.probe ORDER BY name, started"
    )
    with closing(_opened(around)) as database:
        rows = [row for row in database.execute(began) if not row[0].startswith("leaving")]
        lives = [at for (at,) in database.execute("SELECT at FROM observations WHERE kind = 'started'")]
    gaps = [
        (after - before) / SECOND
        for (probe, before, _), (other, after, _) in pairwise(rows)
        if probe == other and not any(before < at <= after for at in lives)
    ]
    return gaps, sum(verdict == "fail" for *_, verdict in rows)


def _closings(around: World, reloads: _Reloads) -> list[str]:
    """Exactly one closing webhook of each incident whose component was removed."""
    ends: dict[str, set[str]] = {}
    for webhook_id, body in around.receiver.got:
        if body["type"] == "incident.resolved":
            ends.setdefault(body["data"]["id"], set()).add(webhook_id)
    return [
        f"{component} was removed, and its incident was told to be over {len(ends.get(incident, ()))} times"
        for component, incident in reloads.removed.items()
        if len(ends.get(incident, ())) != 1
    ]


def _ledgers(around: World, reloads: _Reloads) -> list[str]:
    """What was removed keeps its ledger, with the outage in it."""
    with closing(_opened(around)) as database:
        down = {name for (name,) in database.execute("SELECT component FROM spans WHERE status = 'major_outage'")}
    return [f"{component} was removed, and its outage with it" for component in reloads.removed.keys() - down]


def _opened(around: World) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{around.data / DATABASE}?mode=ro", uri=True)


async def _incidents(daemon: Running, component: str) -> list[Any]:
    _, listed = await daemon.ask("GET", "/api/v1/incidents?limit=20")
    return [each for each in listed["incidents"] if component in each["components"] and each["status"] != "resolved"]
