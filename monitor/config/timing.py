"""How a probe's times must stand to one another."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from monitor.config.faults import BadValue, Place
from monitor.config.units import duration
from monitor.core.model import Duration

STANDARD: Mapping[str, str] = {"interval": "30s", "timeout": "10s"}


@dataclass(frozen=True, slots=True)
class _Rule:
    """`key` must stand in this relation to `bound`."""

    key: str
    bound: str
    holds: Callable[[Duration, Duration], bool]
    wrong: str
    remedy: str


# Each pair from both sides: a fault is shown at a key that was written, and at the first if both were.
_RUN = (
    _Rule("interval", "timeout", operator.ge, "shorter than", "make it at least"),
    _Rule("timeout", "interval", operator.le, "longer than", "make it at most"),
)
_RECHECK = (
    _Rule("recheck_interval", "interval", operator.le, "longer than", "make it at most"),
    _Rule("interval", "recheck_interval", operator.ge, "shorter than", "make it at least"),
)
_SLOW = (
    _Rule("slow_after", "timeout", operator.lt, "not shorter than", "make it shorter than"),
    _Rule("timeout", "slow_after", operator.gt, "not longer than", "make it longer than"),
)


def contradictions(
    place: Place, probe: Mapping[str, object], defaults: Mapping[str, object]
) -> Iterator[tuple[Place, str]]:
    """Each pair of times that contradict each other, at the place where it was written: the probe or the defaults."""
    times = {**STANDARD, **defaults, **probe}
    for pair in _pairs(probe):
        written = (
            ((*scope, rule.key), rule)
            for scope, settings in ((place, probe), (("defaults",), defaults))
            for rule in pair
            if rule.key in settings
        )
        shown = next(written, None)
        if shown is not None and _broken(shown[1], times):
            yield shown[0], _sentence(shown[1], times)


def _pairs(probe: Mapping[str, object]) -> tuple[tuple[_Rule, ...], ...]:
    """A heartbeat is not asked; a run of steps may take as long as they all together."""
    if "heartbeat" in probe:
        return ()
    return (_RECHECK,) if "steps" in probe else (_RUN, _RECHECK, _SLOW)


def _broken(rule: _Rule, times: Mapping[str, object]) -> bool:
    length, limit = length_of(times.get(rule.key)), length_of(times.get(rule.bound))
    return length is not None and limit is not None and not rule.holds(length, limit)


def _sentence(rule: _Rule, times: Mapping[str, object]) -> str:
    length, limit = times[rule.key], times[rule.bound]
    return f"{length} is {rule.wrong} the {rule.bound} of {limit}; {rule.remedy} {limit}"


def length_of(text: object) -> Duration | None:
    """None for what is no duration, which has its own fault."""
    try:
        return duration(text)
    except BadValue:
        return None
