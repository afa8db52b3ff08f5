"""What a noun says of which nothing was said."""

from __future__ import annotations

import pytest

from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Cancelled,
    ComponentState,
    Health,
    Phases,
    ProbeState,
    Span,
    Status,
    Step,
    Streak,
    Stretch,
    Window,
)
from tests.builders import NOON, incident, result

WINDOW = Window(id="mnt_1", title="", components=(), starts=1, ends=2)
KNOWN = ProbeState(track=(Stretch(0, Health.UP),))


def test_units_of_time_are_whole_milliseconds() -> None:
    assert (SECOND, MINUTE, HOUR, DAY) == (1_000, 60_000, 3_600_000, 86_400_000)


@pytest.mark.parametrize(
    ("said", "silent"),
    [
        (result().stalled, False),
        (WINDOW.stops, False),
        (WINDOW.cancelled, False),
        (WINDOW.orphaned, False),
        (WINDOW.changed, 0),
        (WINDOW.known, 0),
        (WINDOW.revised, 0),
        (Cancelled(at=0, window="mnt_1").orphaned, False),
        (Stretch(0, Health.UP).blind, False),
        (Streak().count, 0),
        (Streak().since, 0),
        (KNOWN.unwatched, 0),
        (KNOWN.deaf, False),
        (ComponentState().decided, 0),
        (incident().reopened, 0),
        (incident().held, False),
        (incident().own_title, False),
        (incident().own_impact, False),
    ],
)
def test_what_nobody_said_is_not_so(said: object, silent: object) -> None:
    assert said == silent


def test_two_windows_are_the_same_whenever_they_became_known() -> None:
    again = Window(id="mnt_1", title="", components=(), starts=1, ends=2, known=3, revised=4)
    assert again == WINDOW


@pytest.mark.parametrize(
    ("tail", "since"),
    [((), 7), ((Span(1, Status.OPERATIONAL),), 1), ((Span(1, Status.OPERATIONAL), Span(3, Status.UNKNOWN)), 3)],
)
def test_a_component_is_as_it_is_since_its_last_span_or_since_that_was_decided(
    tail: tuple[Span, ...], since: int
) -> None:
    assert ComponentState(decided=7, tail=tail).since == since


@pytest.mark.parametrize(
    ("streaks", "since"),
    [
        ({}, None),
        ({"fails": Streak(1, NOON)}, NOON),
        ({"fails": Streak(2, NOON + 5), "bads": Streak(3, NOON)}, NOON),
        ({"goods": Streak(1, NOON), "passes": Streak(0, NOON - 5)}, NOON),
        ({"passes": Streak(1, NOON)}, NOON),
    ],
)
def test_the_past_may_be_rewritten_back_to_the_oldest_streak(streaks: dict[str, Streak], since: int | None) -> None:
    assert ProbeState(track=KNOWN.track, **streaks).streak_since == since  # type: ignore[arg-type]


def test_a_latency_is_the_sum_of_the_phases_that_there_were() -> None:
    assert Phases(1, 20, None, 300, 4_000).latency == 4_321
    assert Phases().latency == 0


def test_a_step_in_which_nothing_stands_is_a_change_unless_it_is_the_quiet_one() -> None:
    assert Step().changed
