"""What must hold within a probe, whatever it asks, and between heartbeats."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.config import shapes
from monitor.config.faults import Found, Place
from monitor.config.probing.asked import asked, asked_in_steps
from monitor.config.probing.choice import one_of
from monitor.config.probing.http import Http
from monitor.config.probing.probe import CHOICES, KINDS, Probe, Timing
from monitor.config.probing.step_checks import step_faults
from monitor.config.probing.step_times import step_times
from monitor.config.probing.trust import unusable
from monitor.config.timing import contradictions
from monitor.config.values import Values

BESIDE = [key for key in Probe.model_fields if key not in CHOICES]
CERTIFICATE = "certificate_days"
UNWATCHED = "a certificate is watched only over TLS"


def _choices(root: object) -> Found:
    for place, probe in shapes.probes(root):
        yield from one_of(place, probe, CHOICES, BESIDE, "a probe asks in one way")


def _times(root: object) -> Found:
    defaults = shapes.mapping(shapes.mapping(root).get("defaults"))
    found = (fault for place, probe in shapes.probes(root) for fault in contradictions(place, probe, defaults))
    yield from dict.fromkeys(found)  # what the defaults do wrong they do to many probes


def _kinds(root: object) -> Found:
    for each in asked(root):
        yield from each.kind.contradictions(each.place, each.block)


def _expectations(root: object) -> Found:
    for place, probe in shapes.probes(root):
        choices = [key for key in probe if key in CHOICES]
        if "expect" in probe and len(choices) == 1:
            yield from _misplaced((*place, "expect"), choices[0], shapes.mapping(probe["expect"]))


def _misplaced(place: Place, choice: str, expect: Mapping[str, object]) -> Found:
    """Expectations that such a probe cannot have."""
    allowed, remedy = _allowed(choice)
    if not allowed:
        yield place, f"{choice} has no expect; remove it"
    for key in Http.expects:
        if allowed and key in expect and key not in allowed:
            yield (*place, key), f"{choice} can only expect {', '.join(allowed)} here; {remedy}"


def _allowed(choice: str) -> tuple[tuple[str, ...], str]:
    """What such a probe can expect, and what to do with all else."""
    if choice == "steps":
        return (CERTIFICATE,), "move this into the expect of a step"
    return KINDS[choice].expects if choice in KINDS else (), "remove this"


def certificates(values: Values) -> Found:
    """Certificates that are expected of what is not encrypted, and not by a variable: a sidecar asks without TLS."""
    root = values.root
    for each in asked(root):
        plain = not each.encrypted and not values.varies(each.place)
        if CERTIFICATE in each.expect and CERTIFICATE in each.kind.expects and plain:
            yield (*each.place[:-1], "expect", CERTIFICATE), f"{UNWATCHED}; {each.kind.remedy}, or remove this"
    for place, probe in shapes.probes(root):
        steps = asked_in_steps(place, probe)
        plain = bool(steps) and not any(step.encrypted or values.varies(step.place) for step in steps)
        if CERTIFICATE in shapes.mapping(probe.get("expect")) and plain:
            yield (*place, "expect", CERTIFICATE), f"{UNWATCHED}; {Http.remedy}, or remove this"


def _trust(root: object) -> Found:
    found: dict[str, list[tuple[Place, str]]] = {}  # many probes may name the same files
    for each in asked(root):
        place, trust = (*each.place, "tls"), shapes.mapping(each.block.get("tls"))
        if trust and not each.kind.needs_trust(each.block):
            yield place, f"nothing is encrypted here; {each.kind.remedy}, or remove this"
        elif trust:
            if repr(trust) not in found:
                found[repr(trust)] = list(unusable(trust))
            yield from (((*place, *at), problem) for at, problem in found[repr(trust)])


def _heartbeats(root: object) -> Found:
    holders: dict[object, str] = {}
    for place, probe in shapes.probes(root):
        if "heartbeat" not in probe:
            continue
        for key in Timing.model_fields:
            if key in probe:
                yield (*place, key), "a heartbeat has every and grace; remove this"
        token = shapes.mapping(probe["heartbeat"]).get("token")
        holder = f"{place[1]}/{place[3]}"
        if isinstance(token, str) and holders.setdefault(token, holder) != holder:
            yield (*place, "heartbeat", "token"), f"{holders[token]} has this token, too; give each its own"


CHECKS: tuple[Callable[[object], Found], ...] = (
    _choices,
    _times,
    _kinds,
    _expectations,
    _trust,
    step_faults,
    step_times,
    _heartbeats,
)
