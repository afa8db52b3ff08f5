"""Runs probes once and prints what they saw."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.asking import Asking
from monitor.clock import DaemonClock
from monitor.commands.checking import WRONG_CONFIG, loaded
from monitor.commands.control import Refused, Unreachable, ask
from monitor.config import Config
from monitor.core.model import PHASES, SECOND, Phases, Reason, Result, StepPhases, Verdict
from monitor.core.redaction import Redactor
from monitor.probers.transaction import NobodyListens
from monitor.terminal import complain, say

EXITS = {Verdict.FAIL: 1, Verdict.UNKNOWN: 4, Verdict.SLOW: 0, Verdict.PASS: 0}  # worst first
NO_SUCH_PROBE = WRONG_CONFIG


def probe_once(wanted: str, path: Path, data: Path, environ: Mapping[str, str]) -> int:
    """Run the probe, or all probes of the component; returns the exit code.

    Args:
        data: the directory of the daemon that is asked where only a daemon can: it listens for callbacks.
    """
    config = loaded(path, environ)
    if config is None:
        return WRONG_CONFIG
    if wanted in config.heartbeats:
        complain(f"{wanted} reports in by itself; where, says justkalm-monitor heartbeats list")
        return NO_SUCH_PROBE
    probes = [probe for probe in config.probes if wanted in (probe, probe.partition("/")[0])]
    if not probes:
        complain(f"{path} has no probe {wanted}; it has {', '.join(config.probes)}")
        return NO_SUCH_PROBE
    results = [result for result in _results(config, probes, data) if result is not None]
    for result in results:
        say("\n".join(described(result)))
    verdicts = {result.verdict for result in results}
    if len(results) < len(probes):
        verdicts.add(Verdict.UNKNOWN)
    return next(code for verdict, code in EXITS.items() if verdict in verdicts)


def _results(config: Config, probes: Sequence[str], data: Path) -> Iterator[Result | None]:
    """One for each probe; None where only a daemon could ask, and none does."""
    for probe, result in zip(probes, asyncio.run(_looks(config, probes)), strict=True):
        yield result if isinstance(result, Result) else _by_daemon(probe, result, data)


async def _looks(config: Config, probes: Sequence[str]) -> list[Result | NobodyListens]:
    asking = Asking(DaemonClock(), lambda result: None)
    asking.replace(config.probes, Redactor(config.secrets))
    try:
        return [await _look(asking, probe) for probe in probes]
    finally:
        await asking.close()


async def _look(asking: Asking, probe: str) -> Result | NobodyListens:
    try:
        return await asking.look(probe)
    except NobodyListens as nobody:
        return nobody


def _by_daemon(probe: str, nobody: NobodyListens, data: Path) -> Result | None:
    """The running daemon listens for callbacks, so it is asked."""
    try:
        return result_of(ask(data, "POST", f"/probes/{probe}/run"))
    except (Unreachable, Refused) as error:
        complain(f"{probe}: {nobody}, so the running daemon is asked: {error}")
        return None


def result_of(document: Mapping[str, Any]) -> Result:
    """A result as a daemon tells it."""
    at = round(datetime.fromisoformat(document["started"]).timestamp() * SECOND)
    reason = document["reason"]
    return Result(
        probe=document["probe"],
        started=at,
        at=at,
        verdict=Verdict(document["verdict"]),
        reason=Reason(reason) if reason else None,
        phases=Phases(**document["phases"]),
        http_status=document["http_status"],
        detail=document["detail"],
        evidence=document["evidence"],
        steps=tuple(StepPhases(step["step"], Phases(**step["phases"])) for step in document["steps"]),
    )


def described(result: Result) -> Iterator[str]:
    """What a run came to, line by line: verdict, detail, phases, evidence."""
    reason = f" ({result.reason})" if result.reason else ""
    yield f"{result.probe}: {result.verdict}{reason} in {result.phases.latency / 1_000:.1f} ms"
    if result.detail:
        yield f"  {result.detail}"
    if result.http_status is not None:
        yield f"  {'status':<12}{result.http_status:>9}"
    yield from _timed("  ", result.phases)
    for step in result.steps:
        yield f"  step {step.step}: {step.phases.latency / 1_000:.1f} ms"
        yield from _timed("    ", step.phases)
    for name, seen in result.evidence.items():
        yield f"  {name}: {seen}"


def _timed(indent: str, phases: Phases) -> Iterator[str]:
    for phase in PHASES:
        spent = getattr(phases, phase)
        if spent is not None:
            yield f"{indent}{phase:<12}{spent / 1_000:>9.1f} ms"
