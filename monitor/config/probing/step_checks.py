"""What must hold within and between the steps of a probe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from monitor.config import grammar, shapes
from monitor.config.faults import Found, Place, alternative
from monitor.config.timing import length_of
from monitor.probers.steps.templates import CALLBACK_URL, VARIABLE

Steps: TypeAlias = Sequence[tuple[Place, Mapping[str, object]]]

TEMPLATED = ("url", "headers", "query", "form", "json", "body", "auth")  # of a request: where variables may stand


def step_faults(root: object) -> Found:
    for place, probe in shapes.probes(root):
        steps = shapes.steps(place, probe)
        for look in CHECKS:
            yield from look(steps)


def _names(steps: Steps) -> Found:
    seen: set[str] = set()
    for place, step in steps:
        name = step.get("name")
        if isinstance(name, str) and name in seen:
            yield (*place, "name"), f"two steps are called {name}; give one another name"
        elif isinstance(name, str):
            seen.add(name)


def _polls(steps: Steps) -> Found:
    for place, step in steps:
        if "until" in step and "for" not in step:
            yield (*place, "until"), "for is missing beside it; say how long to ask, such as for: 30s"
        for key in ("every", "for"):
            if key in step and "until" not in step:
                yield (*place, key), "until is missing beside it; say what to wait for, or remove this"
        every, longest = length_of(step.get("every")), length_of(step.get("for"))
        if every is not None and longest is not None and every > longest:
            yield (*place, "every"), f"{step['every']} is longer than the {step['for']} of for; make it at most that"
        if "until" in step and "await_callback" in step:
            yield (*place, "await_callback"), "a step waits for one thing; make two steps of until and await_callback"


def _statuses(steps: Steps) -> Found:
    """What is awaited must also be expected, where that is written, or the step has failed by then."""
    for place, step in steps:
        awaited = _patterns(shapes.mapping(step.get("until")).get("status", []))
        expected = _patterns(shapes.mapping(step.get("expect")).get("status", []))
        for status in awaited if expected else ():
            if status not in expected and f"{status[:1]}xx" not in expected:
                yield (*place, "until", "status"), f"the step fails before it sees {status}; have it in expect, too"


def _patterns(written: object) -> list[str]:
    """None at all where one is not a status, which has its own fault."""
    patterns = [str(status) for status in (written if isinstance(written, list) else [written])]
    return patterns if all(re.fullmatch(grammar.STATUS, pattern) for pattern in patterns) else []


# ── variables ────────────────────────────────────────────────────────────────────────────────────────


def _callbacks(steps: Steps) -> Found:
    for place, step in steps:
        handed = [at for at, name in _variables(place, step) if name == CALLBACK_URL]
        if "await_callback" not in step:
            problem = f"{_named(step)} does not wait for what is posted there; write await_callback: 20s beside http"
            yield from ((at, problem) for at in handed)
        elif not handed:
            told = f"hand {{{{{CALLBACK_URL}}}}} to the target in the url, headers, query, form, json or body"
            yield (*place, "await_callback"), f"{_named(step)} tells nobody where to post; {told}"


def _unsaved(steps: Steps) -> Found:
    saved: dict[str, object] = {}
    for place, step in steps:
        for at, name in _variables(place, step):
            if name not in saved and name != CALLBACK_URL:
                yield at, f"{_named(step)} needs {{{{{name}}}}}, which no earlier step saves; {_instead(name, saved)}"
        saved |= shapes.mapping(step.get("save"))


def _misplaced(steps: Steps) -> Found:
    for place, step in steps:
        for key in ("expect", "until"):
            for at, text in _texts((*place, key), step.get(key)):
                if VARIABLE.search(text):
                    yield at, "variables stand only in requests; expect something that holds without them"


def _instead(name: str, saved: Mapping[str, object]) -> str:
    return alternative(name, saved) if saved else f"write save: {{{name}: $.{name}}} into an earlier step"


def _variables(place: Place, step: Mapping[str, object]) -> Iterator[tuple[Place, str]]:
    """Every variable in a request, with its place."""
    request = shapes.long_form(step.get("http"), "url")
    for key in TEMPLATED:
        for at, text in _texts((*place, "http", key), request.get(key)):
            yield from ((at, name) for name in dict.fromkeys(VARIABLE.findall(text)))


def _texts(place: Place, value: object) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        for at, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts((*place, at), inner)


def _named(step: Mapping[str, object]) -> str:
    name = step.get("name")
    return f"step {name}" if isinstance(name, str) else "this step"


CHECKS: tuple[Callable[[Steps], Found], ...] = (_names, _polls, _statuses, _callbacks, _unsaved, _misplaced)
