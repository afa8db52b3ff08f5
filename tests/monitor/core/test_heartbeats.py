"""Heartbeats: what reports in by itself, and what its silence means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    ComponentSetup,
    Duration,
    EventKind,
    Health,
    Phases,
    Reason,
    Started,
    Status,
    Tick,
    Verdict,
)
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.core.story import Story, replayed

NIGHTLY = probe_setup("batch/nightly", interval=HOUR, grace=10 * MINUTE, failure_threshold=1, success_threshold=1)
BATCH = component_setup("batch", name="Batch Processing", probes=(NIGHTLY,))
DAILY = component_setup("batch", probes=(replace(NIGHTLY, interval=DAY),))
ASKED = component_setup("batch", probes=(replace(NIGHTLY, grace=None),))


def beating(*minutes: int, component: ComponentSetup = BATCH) -> Story:
    """A story in which the heartbeat came at these minutes."""
    story = Story(component)
    for minute in minutes:
        beat(story, minute)
    return story


def beat(story: Story, minute: int, verdict: Verdict = Verdict.PASS) -> None:
    story.now = NOON + minute * MINUTE
    reason = Reason.HEARTBEAT_FAILED if verdict is Verdict.FAIL else None
    story.observe(result("batch/nightly", verdict, started=story.now, took=0, reason=reason))


def test_a_heartbeat_is_unknown_until_its_first_beat() -> None:
    story = beating().wait(48 * HOUR)
    assert story.status("batch") is Status.UNKNOWN
    assert not story.events


@pytest.mark.parametrize(
    ("minutes", "ledger"),
    [
        ((0,), [(0, "."), (70 * 60, "M")]),
        ((0, 60), [(0, "."), (130 * 60, "M")]),
        ((0, 69), [(0, "."), (139 * 60, "M")]),
        ((0, 90), [(0, "."), (70 * 60, "M"), (90 * 60, "."), (160 * 60, "M")]),
    ],
)
def test_silence_past_interval_and_grace_is_down_at_once_and_one_beat_brings_it_back(
    minutes: tuple[int, ...], ledger: list[tuple[int, str]]
) -> None:
    story = beating(*minutes).wait(12 * HOUR)
    assert story.ledger("batch") == ledger


def test_a_missed_beat_opens_an_incident_that_says_since_when_none_came() -> None:
    story = beating(0).wait(2 * HOUR)
    (incident,) = story.incidents.values()
    assert incident.title == "Batch Processing outage"
    assert incident.started_at == NOON + 70 * MINUTE
    assert "no beat since 12:00:00 UTC; it is due every 1 h, and may be 10 min late" in incident.updates[0].message
    assert story.board.probes["batch/nightly"].reasons == (Reason.HEARTBEAT_MISSED,)


def test_a_beat_that_tells_of_a_failure_is_down_at_once() -> None:
    story = beating(0)
    beat(story, 30, Verdict.FAIL)
    assert story.status("batch") is Status.MAJOR_OUTAGE


def test_what_failed_is_not_missed_as_well() -> None:
    story = beating(0)
    beat(story, 30, Verdict.FAIL)
    events = list(story.events)
    story.wait(12 * HOUR)
    assert story.events == events
    assert story.board.probes["batch/nightly"].reasons == (Reason.HEARTBEAT_FAILED,)


def test_beats_that_come_too_seldom_do_not_make_it_unknown() -> None:
    story = beating(0).wait(HOUR)
    assert story.board.probes["batch/nightly"].effective is Health.UP


@pytest.mark.parametrize(
    ("deploys", "missed_after"),
    [
        ([], DAY),
        ([1 * HOUR], DAY + 6 * SECOND),
        ([9 * HOUR], DAY + 6 * SECOND),
        ([12 * HOUR - 6 * SECOND], DAY + 6 * SECOND),
        ([12 * HOUR - 5 * SECOND], 2 * DAY + 6 * SECOND),
        ([24 * HOUR - 3 * SECOND], 2 * DAY + 6 * SECOND),
        ([24 * HOUR + 9 * MINUTE], 2 * DAY + 6 * SECOND),
        ([9 * HOUR, 13 * HOUR, 20 * HOUR, 30 * HOUR], 2 * DAY + 24 * SECOND),
    ],
)
def test_a_beat_that_may_have_met_a_deploy_is_missed_with_the_one_after_it_and_any_other_in_time(
    deploys: list[Duration], missed_after: Duration
) -> None:
    story = beating(0, component=DAILY)
    for deploy in deploys:
        story.wait(NOON + deploy - story.now).sleep(6 * SECOND)
    missed = NOON + missed_after + 10 * MINUTE
    story.tick_at(missed - 1)
    assert story.status("batch") is Status.OPERATIONAL
    story.tick_at(missed)
    assert story.status("batch") is Status.MAJOR_OUTAGE


def test_after_a_beat_the_next_is_due_in_time_again_whatever_we_did_not_hear_before() -> None:
    story = beating(0).wait(50 * MINUTE).sleep(MINUTE)
    beat(story, 60)
    story.tick_at(NOON + 130 * MINUTE - 1)
    assert story.status("batch") is Status.OPERATIONAL
    story.tick_at(NOON + 130 * MINUTE)
    assert story.status("batch") is Status.MAJOR_OUTAGE


def test_a_gap_of_no_length_makes_nobody_deaf() -> None:
    story = beating(0).wait(HOUR).sleep(0).wait(10 * MINUTE)
    assert story.status("batch") is Status.MAJOR_OUTAGE


def test_time_in_which_we_did_not_listen_does_not_count_as_silence() -> None:
    story = beating(0).wait(HOUR).sleep(5 * HOUR).wait(69 * MINUTE)
    assert story.status("batch") is Status.OPERATIONAL
    assert story.wait(MINUTE).status("batch") is Status.MAJOR_OUTAGE
    assert "so we waited for another" in story.only_incident().updates[0].message


def test_a_heartbeat_that_was_down_before_a_restart_is_down_after_it() -> None:
    story = beating(0).wait(2 * HOUR).sleep(HOUR).wait(MINUTE)
    assert story.status("batch") is Status.MAJOR_OUTAGE
    beat(story, 200)
    assert story.status("batch") is Status.OPERATIONAL


def test_it_does_not_matter_when_ticks_came() -> None:
    story = beating(0, 60).wait(50 * MINUTE).sleep(MINUTE).wait(3 * HOUR)
    beat(story, 350)
    story.wait(HOUR).sleep(MINUTE)
    beat(story, 420)
    story.wait(2 * HOUR)
    beat(story, 600)
    assert len(story.incidents) == 2
    silent = replayed(story.observed, ticks=False)
    assert (silent.rows, silent.incidents, silent.events) == (story.rows, story.incidents, story.events)


def test_a_clock_that_is_set_back_delays_what_is_missed() -> None:
    story = beating(0).wait(HOUR)
    story.observe(Started(NOON + 30 * MINUTE, NOON + HOUR))
    story.observe(Tick(NOON + 39 * MINUTE))
    assert story.status("batch") is Status.OPERATIONAL
    story.observe(Tick(NOON + 41 * MINUTE))
    assert story.status("batch") is Status.MAJOR_OUTAGE


def test_one_beat_tells_of_recovery_once() -> None:
    story = beating(0).wait(2 * HOUR)
    beat(story, 130)
    story.wait(10 * MINUTE)
    kinds = [event.kind for event in story.events if event.kind is not EventKind.COMPONENT_STATUS_CHANGED]
    assert kinds == [EventKind.INCIDENT_CREATED, EventKind.INCIDENT_UPDATED, EventKind.INCIDENT_RESOLVED]


def test_the_time_a_job_took_is_its_latency() -> None:
    story = beating(0)
    took = Phases(processing=90 * 1_000_000)
    story.observe(result("batch/nightly", started=NOON + SECOND, took=0, phases=took))
    assert story.board.latest["batch/nightly"].phases.latency == 90_000_000


# ── probes that become another kind ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("series", [".", "F"])
def test_a_probe_that_becomes_a_heartbeat_is_unknown_until_its_first_beat(series: str) -> None:
    story = Story(ASKED).runs({"batch/nightly": series})
    story.configure(setup(BATCH))
    assert story.wait(48 * HOUR).status("batch") is Status.UNKNOWN
    assert "batch/nightly" not in story.board.latest
    beat(story, 50 * 60)
    assert story.status("batch") is Status.OPERATIONAL
    assert story.wait(70 * MINUTE).status("batch") is Status.MAJOR_OUTAGE


def test_a_heartbeat_that_becomes_a_probe_is_unknown_until_its_first_run() -> None:
    story = beating(0).wait(2 * HOUR)
    story.configure(setup(ASKED))
    assert story.status("batch") is Status.UNKNOWN
    story.now += MINUTE
    story.runs({"batch/nightly": "."})
    assert story.ledger("batch") == [(0, "."), (70 * 60, "M"), (120 * 60, "u"), (121 * 60, ".")]


def test_a_first_beat_that_fails_opens_an_incident_of_its_own_time() -> None:
    story = Story(ASKED).runs({"batch/nightly": "."})
    story.configure(setup(BATCH))
    beat(story, 60, Verdict.FAIL)
    assert story.only_incident().started_at == NOON + HOUR


def test_another_grace_leaves_a_heartbeat_what_it_is() -> None:
    story = beating(0)
    story.configure(setup(component_setup("batch", probes=(replace(NIGHTLY, grace=20 * MINUTE),))))
    assert story.wait(79 * MINUTE).status("batch") is Status.OPERATIONAL
    assert story.wait(MINUTE).status("batch") is Status.MAJOR_OUTAGE


def test_a_heartbeat_that_waits_for_its_first_beat_still_does_after_a_restart() -> None:
    story = Story(ASKED).runs({"batch/nightly": "."})
    story.configure(setup(BATCH))
    story.sleep(MINUTE).configure(setup(BATCH))
    assert story.wait(48 * HOUR).status("batch") is Status.UNKNOWN
