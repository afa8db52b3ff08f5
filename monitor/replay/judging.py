"""What was observed, as another config would have judged it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from monitor.config import Config
from monitor.core.model import (
    ComponentSetup,
    Configured,
    Duration,
    Observation,
    ProbeSetup,
    Reason,
    Result,
    Setup,
    Verdict,
)
from monitor.probers.wire.phases import MICROSECOND, MILLISECOND, duration

Lens: TypeAlias = Callable[[Observation], Observation]

PER_MILLISECOND = 1_000  # µs


def as_recorded(observation: Observation) -> Observation:
    return observation


def as_judged_by(config: Config) -> Lens:
    """Results by its `slow_after`, and in place of every config of then this one, at the pace of then."""
    most = {probe: settings.slow_after for probe, settings in config.probes.items()}

    def judge(observation: Observation) -> Observation:
        if isinstance(observation, Result):
            slow_after = most.get(observation.probe)
            return observation if slow_after is None else judged(observation, slow_after)
        if isinstance(observation, Configured):
            return replace(observation, setup=at_pace_of(observation.setup, config.setup))
        return observation

    return judge


def judged(result: Result, slow_after: Duration) -> Result:
    """The result of a run that worked, passed or slow by its phases; any other stays as it was."""
    took, most = result.phases.latency, slow_after * PER_MILLISECOND
    if result.verdict is Verdict.PASS and took > most and not result.stalled:  # that may be our own slowness
        detail = f"took {duration(took * MICROSECOND)}, more than {duration(slow_after * MILLISECOND)}"
        return replace(result, verdict=Verdict.SLOW, reason=Reason.LATENCY, detail=detail)
    if result.reason is Reason.LATENCY and took <= most:
        return replace(result, verdict=Verdict.PASS, reason=None, detail="")
    return result


def at_pace_of(recorded: Setup, setup: Setup) -> Setup:
    """The setup, but for what decided when and what its probes asked: that was as it was."""
    known = {probe.id: probe for component in recorded.components for probe in component.probes}
    return replace(setup, components=tuple(_component_at_pace(known, component) for component in setup.components))


def _component_at_pace(known: dict[str, ProbeSetup], component: ComponentSetup) -> ComponentSetup:
    probes = tuple(_probe_at_pace(known.get(probe.id), probe) for probe in component.probes)
    return replace(component, probes=probes)


def _probe_at_pace(was: ProbeSetup | None, probe: ProbeSetup) -> ProbeSetup:
    if was is None:
        return probe
    asked = replace(probe, recheck_interval=was.recheck_interval, fingerprint=was.fingerprint)
    if reports_in(was) and reports_in(probe):  # when its beats are due is a threshold like any other
        return asked
    return replace(asked, interval=was.interval, grace=was.grace)


def reports_in(probe: ProbeSetup) -> bool:
    """Whether it comes by itself, and nobody asks."""
    return probe.grace is not None
