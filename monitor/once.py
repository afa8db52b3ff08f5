"""Runs probes once and prints what they saw."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from monitor.asking import Asking
from monitor.checking import WRONG_CONFIG, loaded
from monitor.clock import DaemonClock
from monitor.config import Config
from monitor.core.model import PHASES, Result, Verdict
from monitor.core.redaction import Redactor
from monitor.terminal import complain, say

EXITS = {Verdict.FAIL: 1, Verdict.UNKNOWN: 4, Verdict.SLOW: 0, Verdict.PASS: 0}  # worst first
NO_SUCH_PROBE = WRONG_CONFIG


def probe_once(wanted: str, path: Path, environ: Mapping[str, str]) -> int:
    """Run the probe, or all probes of the component; returns the exit code."""
    config = loaded(path, environ)
    if config is None:
        return WRONG_CONFIG
    probes = [probe for probe in config.probes if wanted in (probe, probe.partition("/")[0])]
    if not probes:
        complain(f"{path} has no probe {wanted}; it has {', '.join(config.probes)}")
        return NO_SUCH_PROBE
    results = asyncio.run(_results(config, probes))
    for result in results:
        say("\n".join(described(result)))
    verdicts = {result.verdict for result in results}
    return next(code for verdict, code in EXITS.items() if verdict in verdicts)


async def _results(config: Config, probes: Sequence[str]) -> list[Result]:
    results: list[Result] = []
    asking = Asking(DaemonClock(), results.append)
    asking.replace(config.probes, Redactor(config.secrets))
    try:
        for probe in probes:
            await asking.run(probe)
    finally:
        await asking.close()
    return results


def described(result: Result) -> Iterator[str]:
    """What a run came to, line by line: verdict, detail, phases, evidence."""
    reason = f" ({result.reason})" if result.reason else ""
    yield f"{result.probe}: {result.verdict}{reason} in {result.phases.latency / 1_000:.1f} ms"
    if result.detail:
        yield f"  {result.detail}"
    if result.http_status is not None:
        yield f"  {'status':<12}{result.http_status:>9}"
    for phase in PHASES:
        spent = getattr(result.phases, phase)
        if spent is not None:
            yield f"  {phase:<12}{spent / 1_000:>9.1f} ms"
    for name, seen in result.evidence.items():
        yield f"  {name}: {seen}"
