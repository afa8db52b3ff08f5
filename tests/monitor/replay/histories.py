"""Histories to be replayed: configs, stores that hold them, and a source that needs no store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.config import Config, load
from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import Configured, Duration, Instant, Observation, Reason, Result, Setup, Started, Verdict
from monitor.core.ports import Decided
from monitor.core.subscribing import Subscription
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings
from monitor.replay.judging import Lens, as_recorded
from monitor.replay.side import Side
from storage import Store
from tests.builders import result

SETTINGS = """
defaults: {{failure_threshold: {threshold}, success_threshold: 1, slow_after: {slow_after}}}
components:
  api: {{name: API, probes: {{health: {{http: "http://127.0.0.1:1/api"}}}}}}
"""


def written(path: Path, *, threshold: int = 2, slow_after: str = "1s") -> Path:
    """A file with one probe, api/health."""
    path.write_text(SETTINGS.format(threshold=threshold, slow_after=slow_after))
    return path


def config_of(setup: Setup, folder: Path, *, slow_after: Duration = 1_000, timeout: Duration = 10_000) -> Config:
    """A config with that setup, whose probes all have the same settings."""
    probes = [probe.id for component in setup.components for probe in component.probes]
    target, expect = HttpTarget(url="http://127.0.0.1:1/"), Expect()
    settings = {
        probe: ProbeSettings(id=probe, target=target, expect=expect, timeout=timeout, slow_after=slow_after)
        for probe in probes
    }
    return replace(load(written(folder / "probes.yaml"), {}), setup=setup, probes=settings)


def outage(begin: Instant, setup: Setup, series: str, *, pace: Duration = 30_000) -> list[Observation]:
    """A start, a config, and a series of runs of api/health."""
    verdicts = {".": Verdict.PASS, "F": Verdict.FAIL}
    runs = [
        result(
            verdict=verdicts[letter],
            started=begin + number * pace,
            reason=Reason.TIMEOUT_HEADERS if letter == "F" else None,
            detail="no answer within 10 s" if letter == "F" else "",
        )
        for number, letter in enumerate(series)
    ]
    return [Started(begin, None), Configured(begin, setup), *runs]


def decided(observed: Iterable[Observation]) -> list[Decided]:
    """What the core decides of them, one after the other."""
    board, pairs = Board(), list[Decided]()
    for observation in observed:
        step = advance(board, observation)
        board.apply(observation, step)
        pairs.append((observation, step))
    return pairs


async def record(folder: Path, observed: Iterable[Observation], *subscriptions: Subscription) -> None:
    """Have a store in the folder remember them, and these subscriptions."""
    store = await Store.open(folder)
    pairs = decided(observed)
    await store.commit(pairs, alive=max(observation.at for observation, _ in pairs))
    for subscription in subscriptions:
        await store.registry.put_subscription(subscription)
    await store.close()


@dataclass
class FakeSource:
    """Hands out what it was given in slices of any size, but for results of before `since`; notes what is asked."""

    observed: Sequence[Observation]
    size: int = 5_000
    asked: list[int] = field(default_factory=list)

    async def slice_after(self, number: int, since: Instant) -> list[tuple[int, Observation]]:
        self.asked.append(number)
        numbered = [
            (seq, observation)
            for seq, observation in enumerate(self.observed, 1)
            if seq > number and not (isinstance(observation, Result) and observation.started < since)
        ]
        return numbered[: self.size]

    async def subscriptions(self) -> list[Subscription]:
        return []


def side(lens: Lens = as_recorded, *subscriptions: Subscription, since: Instant = 0, name: str = "current") -> Side:
    return Side(name, lens, subscriptions, since)


def observed_by(seen: Side, observed: Iterable[Observation]) -> Side:
    for observation in observed:
        seen.observe(observation)
    return seen


def nothing(at: Instant) -> None:
    """For whoever does not want to know how far it came."""
