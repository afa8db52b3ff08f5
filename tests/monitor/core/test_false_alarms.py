"""How often failures that have nothing to do with one another come to an incident."""

from __future__ import annotations

import math
from random import Random

from monitor.core.health import is_settled
from monitor.core.model import DAY, SECOND, Duration, Verdict
from tests.builders import component_setup, probe_setup, result
from tests.monitor.core.story import PACE, Story

PROBE = "api/health"
RECHECK: Duration = 5 * SECOND
CHANCE = 0.005  # of one run to fail
MONTH = 30 * DAY
MONTHS = 600
MOST = 0.02  # false incidents in a month
SEED = 20_261_201


def healthy(threshold: int = 3) -> Story:
    """A probe that has passed once."""
    # The rules know the interval only to tell when a probe is silent, and silence is not what this is about.
    probe = probe_setup(PROBE, interval=DAY, recheck_interval=RECHECK, failure_threshold=threshold)
    story = Story(component_setup(probes=(probe,)))
    run(story, failed=False)
    return story


def run(story: Story, *, failed: bool) -> None:
    """One run now, and on to the next: a recheck as long as something is unconfirmed."""
    story.observe(result(PROBE, Verdict.FAIL if failed else Verdict.PASS, started=story.now))
    unconfirmed = story.board.probes[PROBE].streak_since is not None
    story.now += RECHECK if unconfirmed else PACE


def incidents_in_a_month(story: Story, months: int) -> float:
    """How many a target that is well comes to, whose runs fail by chance alone.

    Nearly all change nothing, so the rules are spared them: we go from failure to failure, and past each that its
    recheck takes back.
    """
    random, end = Random(SEED), story.now + months * MONTH
    while story.now < end:
        story.now += PACE * passes(random)
        if random.random() < CHANCE:
            streak(story, random)
        else:
            story.now += PACE
    return sum(1 + incident.reopened for incident in story.incidents.values()) / months


def streak(story: Story, random: Random) -> None:
    """Two failures, and what follows until all is as it was."""
    run(story, failed=True)
    run(story, failed=True)
    while not is_settled(story.board.probes[PROBE]):
        run(story, failed=random.random() < CHANCE)


def passes(random: Random) -> int:
    """How many runs pass before the next that fails."""
    return math.floor(math.log(1 - random.random()) / math.log(1 - CHANCE))


def test_failures_by_chance_come_to_less_than_one_false_incident_in_fifty_months() -> None:
    assert incidents_in_a_month(healthy(), MONTHS) <= MOST


def test_without_the_last_recheck_there_would_be_a_hundred_times_as_many() -> None:
    assert incidents_in_a_month(healthy(threshold=2), MONTHS) > 100 * MOST


def test_a_failure_that_its_recheck_takes_back_leaves_nothing_behind() -> None:
    story = healthy()
    state, ledger = story.board.probes[PROBE], story.ledger()
    run(story, failed=True)
    assert story.board.probes[PROBE] != state
    run(story, failed=False)
    assert (story.board.probes[PROBE], story.ledger(), story.incidents) == (state, ledger, {})
