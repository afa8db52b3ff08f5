from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND, Setup
from monitor.core.recurring import Rule
from monitor.replay.limits import RECONFIGURED, limits
from monitor.replay.recording import Recording
from tests.builders import component_setup, probe_setup, setup
from tests.monitor.replay.histories import config_of

RULE = Rule(title="Compaction", components=("api",), cron="0 3 * * *", duration=HOUR, timezone="UTC")


def watching(**changes: object) -> Setup:
    return setup(component_setup(probes=(probe_setup("api/health", **changes),)))


def recording(watched: Setup, **results: int) -> Recording:
    counts = Counter({f"{component}/health": count for component, count in results.items()})
    return Recording(setup=watched, results=counts or Counter({"api/health": 9}))


@pytest.mark.parametrize(
    ("was", "wanted", "changed"),
    [
        ({}, {"interval": 9 * SECOND}, "interval"),
        ({}, {"recheck_interval": 9 * SECOND}, "recheck_interval"),
        ({}, {"fingerprint": "other"}, "target or expect"),
        ({}, {"interval": 9 * SECOND, "fingerprint": "other"}, "interval and target or expect"),
        ({}, {"grace": SECOND, "interval": 9 * SECOND}, "interval"),
    ],
)
def test_what_cannot_be_replayed_is_named_in_a_line(
    was: dict[str, object], wanted: dict[str, object], changed: str, tmp_path: Path
) -> None:
    found = limits(config_of(watching(**wanted), tmp_path), None, recording(watching(**was)))
    assert found == [f"api/health: {changed} changed, which cannot be replayed: it is judged as it ran."]


@pytest.mark.parametrize(
    ("was", "wanted"),
    [
        ({}, {}),
        ({}, {"failure_threshold": 9, "success_threshold": 9}),
        ({"grace": SECOND}, {"grace": MINUTE, "interval": MINUTE}),
    ],
)
def test_of_what_can_be_replayed_nothing_is_said(
    was: dict[str, object], wanted: dict[str, object], tmp_path: Path
) -> None:
    assert limits(config_of(watching(**wanted), tmp_path), None, recording(watching(**was))) == []


def test_timeouts_are_compared_with_those_of_the_other_config(tmp_path: Path) -> None:
    one, other = (config_of(watching(), tmp_path, timeout=timeout) for timeout in (5_000, 6_000))
    sentence = "api/health: timeout changed, which cannot be replayed: it is judged as it ran."
    assert limits(one, other, recording(watching())) == [sentence]
    assert limits(one, one, recording(watching())) == []


def test_of_two_configs_each_is_held_to_what_ran(tmp_path: Path) -> None:
    one, other = config_of(watching(), tmp_path), config_of(watching(interval=9 * SECOND), tmp_path)
    sentence = "api/health: interval changed, which cannot be replayed: it is judged as it ran."
    assert limits(one, other, recording(watching())) == limits(other, one, recording(watching())) == [sentence]


def test_a_probe_without_results_is_named(tmp_path: Path) -> None:
    config = config_of(setup(component_setup("api"), component_setup("cdn")), tmp_path)
    found = limits(config, None, recording(setup(), api=9))
    assert found == ["cdn/health: no result was recorded, so nothing can be said of it."]


def test_a_probe_that_the_new_config_does_not_have_is_named(tmp_path: Path) -> None:
    found = limits(config_of(setup(), tmp_path), None, recording(setup(), api=9, cdn=1_440, auth=0))
    assert found == ["cdn/health: not in the new config, which leaves 1,440 of its results out."]


def test_a_config_that_changed_meanwhile_is_said_to_have(tmp_path: Path) -> None:
    config, met = config_of(setup(), tmp_path), recording(setup())
    met.reconfigured = True
    assert limits(config, None, met) == [RECONFIGURED]
    assert limits(config, config, met) == []


@pytest.mark.parametrize(("unheard", "entries"), [(1, "1 entry"), (1_200, "1,200 entries")])
def test_what_the_new_side_could_not_hear_is_counted_in_a_line(unheard: int, entries: str, tmp_path: Path) -> None:
    met = recording(setup())
    met.unheard = unheard
    sentence = f"Left out of the new side, which has no such incident then: {entries} by people."
    assert limits(config_of(setup(), tmp_path), None, met) == [sentence]
