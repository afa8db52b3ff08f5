from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.model import HOUR, MINUTE, Amended, Amendment, AmendmentKind, Instant, Window
from monitor.core.subscribing import Subscription
from monitor.replay.judging import as_judged_by, as_recorded
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


def test_a_window_that_goes_and_comes_again_is_told_once() -> None:
    story = Story(windows=(WINDOW,))
    story.configure(setup())
    story.configure(setup(windows=(WINDOW,)))
    ids = [event.id for event in story.events]
    assert observed_by(side(), story.observed).events == len(set(ids)) < len(ids)


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
