"""What is noted of what was recorded, in the order in which it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from monitor.core.model import HOUR, MINUTE, Cancelled, Configured, Duration, Observation, Planned, Setup, Window
from monitor.core.recurring import Rule
from monitor.replay.recording import Recording
from tests.builders import NOON, component_setup, result, setup

RULE = Rule(title="Compaction", components=("api",), cron="0 3 * * *", duration=HOUR, timezone="UTC")
ONE, OTHER = setup(component_setup("api")), setup(component_setup("api"), component_setup("cdn"))
OCCURRENCE = Window(
    id="mnt_1", title="Compaction", components=("api",), starts=NOON + HOUR, ends=NOON + 2 * HOUR, by=RULE.id
)
BY_ANN = replace(OCCURRENCE, id="mnt_2", by="ann")
LATER = replace(OCCURRENCE, ends=NOON + 3 * HOUR)


def planned(window: Window, after: Duration = 0) -> Planned:
    return Planned(at=NOON + after, window=window)


def cancelled(window: Window, after: Duration = MINUTE, *, orphaned: bool = False) -> Cancelled:
    return Cancelled(at=NOON + after, window=window.id, orphaned=orphaned)


def noted(observed: Iterable[Observation], *, since: Duration = 0) -> Recording:
    """Times since noon."""
    recording = Recording()
    for observation in observed:
        recording.note(observation, NOON + since)
    return recording


def test_results_are_counted_from_the_time_asked_for_on() -> None:
    runs = [result(probe, started=NOON + n) for n, probe in enumerate(("api/health", "api/health", "cdn/asset"))]
    assert noted(runs, since=101).results == {"api/health": 1, "cdn/asset": 1}


@pytest.mark.parametrize(
    ("setups", "since", "changed"),
    [
        ([ONE], 0, False),
        ([ONE, ONE], 0, False),
        ([ONE, OTHER], 0, True),
        ([ONE, OTHER, ONE], 0, True),
        ([ONE, OTHER], 2, False),
        ([ONE, OTHER, OTHER], 2, False),
    ],
    ids=["the first", "the same again", "another", "there and back", "before that time", "the same in that time"],
)
def test_a_config_that_changed_in_the_time_asked_for_is_noted(
    setups: list[Setup], since: Duration, changed: bool
) -> None:
    found = noted((Configured(NOON + n, each) for n, each in enumerate(setups)), since=since)
    assert found.reconfigured is changed
    assert found.setup == setups[-1]


@pytest.mark.parametrize(("after", "changed"), [(MINUTE, True), (0, False)])
def test_an_occurrence_that_goes_with_its_rule_tells_of_another_config(after: Duration, changed: bool) -> None:
    observed: list[Observation] = [planned(OCCURRENCE), cancelled(OCCURRENCE, after, orphaned=True)]
    assert noted(observed, since=MINUTE).reconfigured is changed
