"""What was observed, as another config would have judged it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from typing import TypeAlias

from monitor.config import Config
from monitor.core.ids import recurs_by_config
from monitor.core.model import (
    Cancelled,
    ComponentSetup,
    Configured,
    Duration,
    Instant,
    Observation,
    Planned,
    ProbeSetup,
    Reason,
    Result,
    Setup,
    Started,
    Verdict,
)
from monitor.core.recurring import Rule
from monitor.probers.wire.phases import MICROSECOND, MILLISECOND, duration
from monitor.recurrence import lasting

Lens: TypeAlias = Callable[[Observation], Iterable[Observation]]  # what is seen where that was observed

PER_MILLISECOND = 1_000  # µs


def as_recorded(observation: Observation) -> Iterable[Observation]:
    return (observation,)


def as_judged_by(config: Config) -> Lens:
    """Results by its `slow_after`, and in place of every config of then this one, at the pace of then.

    It is for one replay: recurring maintenance is planned once, as time passes.
    """
    calendar = Calendar(config.rules)
    most = {probe: settings.slow_after for probe, settings in config.probes.items()}

    def judge(observation: Observation) -> Observation:
        if isinstance(observation, Result):
            slow_after = most.get(observation.probe)
            return observation if slow_after is None else judged(observation, slow_after)
        if isinstance(observation, Configured):
            return replace(observation, setup=at_pace_of(observation.setup, config.setup))
        return observation

    return lambda observation: map(judge, calendar(observation))


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


class Calendar:
    """Recurring maintenance as these rules plan it, in place of what was recorded of other rules of a config.

    What people changed or cancelled of their occurrences stays so. As in the daemon, each becomes known its notice
    before it begins, and none while nobody watches.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._ids = {rule.id for rule in rules}
        self._begun = False  # by the first config
        self._next: Planned | None = None
        self._later: Iterator[Planned] = iter(())
        self._recorded: set[str] = set()  # occurrences of then

    def __call__(self, observation: Observation) -> Iterator[Observation]:
        """What is to be observed where that was."""
        if self._is_of_another_rule(observation):
            return
        yield from self._plans(_watched_until(observation))
        yield observation
        if isinstance(observation, Configured) and not self._begun:
            self._begun, self._later = True, _plans(self._rules, observation.at)
            self._next = next(self._later, None)
        for planned in self._plans(observation.at):
            yield replace(planned, at=observation.at)

    def _is_of_another_rule(self, observation: Observation) -> bool:
        """Whether it bears on what these rules do not plan, or is the end of a rule that stands here."""
        match observation:
            case Planned(window=window) if recurs_by_config(window.by) and window.by not in self._ids:
                self._recorded.add(window.id)
                return True
            case Cancelled():
                return observation.orphaned or observation.window in self._recorded
        return False

    def _plans(self, until: Instant) -> Iterator[Planned]:
        """Those that become known by then, and were not yet."""
        while self._next is not None and self._next.at <= until:
            yield self._next
            self._next = next(self._later, None)


def _watched_until(observation: Observation) -> Instant:
    """Up to when we watched, as far as the observation tells."""
    if isinstance(observation, Started) and observation.last_alive is not None:
        return observation.last_alive
    return observation.at


def _plans(rules: Sequence[Rule], since: Instant) -> Iterator[Planned]:
    """All that lasts beyond an instant, in the order in which it becomes known, without end."""
    return merge(*(_plans_of(rule, since) for rule in rules), key=lambda planned: planned.at)


def _plans_of(rule: Rule, since: Instant) -> Iterator[Planned]:
    for window in lasting(rule, since):
        yield Planned(at=window.starts - rule.notice, window=window)
