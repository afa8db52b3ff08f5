"""How long the steps of a probe may take."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.config import shapes
from monitor.config.faults import Found, Place
from monitor.config.timing import STANDARD, length_of
from monitor.config.units import shown
from monitor.core.model import Duration


def step_times(root: object) -> Found:
    """Steps that may take longer than the interval, or are slow only when they cannot be any more."""
    defaults = shapes.mapping(shapes.mapping(root).get("defaults"))
    for place, probe in shapes.probes(root):
        times = {**STANDARD, **defaults, **probe}
        parts = [_longest(step, length_of(times.get("timeout"))) for _, step in shapes.steps(place, probe)]
        known = [part for part in parts if part is not None]
        if known and len(known) == len(parts):
            yield from _too_long(place, known, times)
            yield from _never_slow(place, sum(known), probe)


def _too_long(place: Place, parts: list[Duration], times: Mapping[str, object]) -> Found:
    interval, whole = length_of(times.get("interval")), sum(parts)
    if interval is not None and whole > interval:
        drawn = f" ({' + '.join(map(shown, parts))})" if len(parts) > 1 else ""
        problem = f"the steps may take {shown(whole)}{drawn}, longer than the interval of {times['interval']}"
        yield (*place, "steps"), f"{problem}; make it at least {shown(whole)}, or give them less"


def _never_slow(place: Place, whole: Duration, probe: Mapping[str, object]) -> Found:
    slow_after = length_of(probe.get("slow_after"))
    if slow_after is not None and slow_after >= whole:
        problem = f"{probe['slow_after']} is not shorter than the {shown(whole)} that the steps may take"
        yield (*place, "slow_after"), f"{problem}; make it shorter than {shown(whole)}"


def _longest(step: Mapping[str, object], timeout: Duration | None) -> Duration | None:
    """None where it cannot be said, since something else is wrong."""
    asking = length_of(step.get("for")) if "until" in step else timeout
    waiting = length_of(step["await_callback"]) if "await_callback" in step else 0
    proving = timeout if _wants_token(step) else 0
    if asking is None or waiting is None or proving is None:
        return None
    return proving + asking + waiting


def _wants_token(step: Mapping[str, object]) -> bool:
    """A token is to be had before the target is asked, which has a timeout of its own."""
    request = shapes.long_form(step.get("http"), "url")
    return "oauth2" in shapes.mapping(request.get("auth"))
