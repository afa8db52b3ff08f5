from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    Amended,
    Amendment,
    AmendmentKind,
    Explained,
    Instant,
    Window,
    Written,
)
from monitor.core.subscribing import Subscription
from monitor.replay.judging import as_judged_by, as_recorded
from monitor.replay.side import Side
from tests.builders import NOON, component_setup, probe_setup, setup
from tests.monitor.core.story import Story
from tests.monitor.replay.histories import config_of, observed_by, side
from tests.storage.owing import subscription

EVERYTHING = subscription()
INCIDENTS = replace(subscription(), events=("incident.*",))
CREATED = replace(subscription("sub_2"), events=("incident.created",))
WINDOW = Window(id="mnt_1", title="Upgrade", components=("api",), starts=NOON + HOUR, ends=NOON + 2 * HOUR)


def trouble() -> Story:
    """An incident that is opened, watched and resolved."""
    return Story().runs("..FFFF........").wait(10 * MINUTE)


def test_a_side_keeps_what_a_story_comes_to() -> None:
    story = trouble()
    seen = observed_by(side(), story.observed)
    assert seen.incidents == story.incidents
    assert seen.ledgers == story.rows
    assert seen.events == len(story.events)


def test_another_threshold_tells_another_story(tmp_path: Path) -> None:
    patient = setup(component_setup(probes=(probe_setup(failure_threshold=5),)))
    seen = observed_by(side(as_judged_by(config_of(patient, tmp_path))), trouble().observed)
    assert seen.incidents == {}


@pytest.mark.parametrize(
    ("subscriptions", "expected"),
    [
        ((), None),
        ((EVERYTHING,), 5),  # with two changes of status
        ((INCIDENTS,), 3),
        ((CREATED,), 1),
        ((INCIDENTS, CREATED), 4),
        ((replace(INCIDENTS, components=("cdn",)),), 0),
        ((replace(INCIDENTS, disabled_at=NOON),), 0),
    ],
)
def test_webhooks_are_those_that_the_subscriptions_want(
    subscriptions: tuple[Subscription, ...], expected: int | None
) -> None:
    story = trouble()
    assert story.timeline() == ["investigating", "monitoring", "resolved"]
    assert observed_by(side(as_recorded, *subscriptions), story.observed).webhooks == expected


@pytest.mark.parametrize(("since", "events"), [(0, 5), (NOON + 3 * MINUTE, 3), (NOON + HOUR, 0)])
def test_what_was_told_before_does_not_count(since: Instant, events: int) -> None:
    seen = observed_by(side(as_recorded, EVERYTHING, since=since), trouble().observed)
    assert (seen.events, seen.webhooks) == (events, events)


def test_who_was_told_of_an_incident_before_hears_of_its_end() -> None:
    joins_late = replace(CREATED, events=("incident.created", "incident.resolved"), components=("api",))
    seen = observed_by(side(as_recorded, joins_late, since=NOON + 3 * MINUTE), trouble().observed)
    assert seen.webhooks == 1


def test_amendments_are_kept() -> None:
    amendment = Amendment(
        id="amd_1",
        component="api",
        since=NOON,
        until=NOON + 1,
        kind=AmendmentKind.FALSE_ALARM,
        reason="ours",
        by="ann",
        at=NOON,
    )
    story = Story()
    story.observe(Amended(at=NOON, amendment=amendment))
    assert observed_by(side(), story.observed).amendments == [amendment]


# ── what people said of incidents ────────────────────────────────────────────────────────────────────


def patient_side(folder: Path, *, since: Instant = 0) -> Side:
    """One on which nothing is opened by the machine."""
    patient = setup(component_setup(probes=(probe_setup(failure_threshold=9),)))
    return side(as_judged_by(config_of(patient, folder)), since=since)


def said_of(story: Story, **changes: Any) -> Written:
    opened = story.only_incident()
    return Written(at=story.now, by="ann", incident=opened.id, message="We look at it.", **changes)


def test_what_was_written_of_an_incident_that_is_not_there_is_not_heard(tmp_path: Path) -> None:
    story = Story().runs("..FFFF")
    story.observe(said_of(story))
    seen = observed_by(patient_side(tmp_path), story.observed)
    assert (seen.incidents, seen.unheard) == ({}, 1)


def test_what_was_written_of_an_incident_that_is_over_by_then_is_not_heard(tmp_path: Path) -> None:
    brisk = replace(setup(), resolve_after=SECOND)
    story = Story().runs("..FFFF..")
    written = said_of(story)
    story.observe(written)
    seen = observed_by(side(as_judged_by(config_of(brisk, tmp_path))), story.observed)
    assert seen.unheard == 1
    assert not seen.incidents[written.incident].open


def test_what_was_said_before_is_not_counted(tmp_path: Path) -> None:
    story = Story().runs("..FFFF")
    story.observe(said_of(story))
    assert observed_by(patient_side(tmp_path, since=story.now + 1), story.observed).unheard == 0


def test_what_was_learned_is_written_into_the_incident_of_the_side(tmp_path: Path) -> None:
    story = trouble()
    recorded = story.only_incident()
    story.observe(Explained(at=story.now, by="ann", incident=recorded, text="A cable."))
    slower = setup(component_setup(probes=(probe_setup(success_threshold=4),)))
    seen = observed_by(side(as_judged_by(config_of(slower, tmp_path))), story.observed)
    mine = seen.incidents[recorded.id]
    assert mine.postmortem == "A cable."
    assert mine.resolved_at != recorded.resolved_at


def test_what_was_learned_of_an_incident_that_is_not_there_does_not_bring_it_back(tmp_path: Path) -> None:
    story = trouble()
    story.observe(Explained(at=story.now, by="ann", incident=story.only_incident(), text="A cable."))
    seen = observed_by(patient_side(tmp_path), story.observed)
    assert (seen.incidents, seen.unheard) == ({}, 1)
