"""When a delivery is tried again."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.webhooks.retry import (
    LAST_WAIT,
    LONGEST_RETRY_AFTER,
    WAITS,
    Outcome,
    next_due,
    outcome,
    rest,
    retry_after,
)
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from tests.builders import NOON

END = NOON + 120 * HOUR
ON_SCHEDULE = list(accumulate([*WAITS, *[LAST_WAIT] * 12], initial=NOON))  # the n-th attempt at [n]

attempt_counts = st.integers(0, 40)
elapsed = st.integers(0, 6 * DAY)
jitters = st.floats(-1, 1)
asked = st.none() | st.integers(0, 20 * DAY)


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [
        (0, 0),
        (1, 5 * SECOND),
        (2, 30 * SECOND),
        (3, 2 * MINUTE),
        (4, 5 * MINUTE),
        (5, 15 * MINUTE),
        (6, 30 * MINUTE),
        (7, 2 * HOUR),
        (8, 5 * HOUR),
        (9, 10 * HOUR),
        (10, 10 * HOUR),
        (19, 10 * HOUR),
    ],
)
def test_each_attempt_waits_longer_until_ten_hours(attempts: int, wait: Duration) -> None:
    latest = after(attempts)
    assert next_due(attempts, NOON, latest, 0, None) == latest + wait


@pytest.mark.parametrize(
    ("gone_by", "wait"),
    [
        (0, 5 * SECOND),
        (4 * SECOND - 1, 5 * SECOND),
        (4 * SECOND, 30 * SECOND),
        (28 * SECOND, 2 * MINUTE),
        (12 * MINUTE, 15 * MINUTE),
        (43 * MINUTE, 2 * HOUR),
        (7 * HOUR, 10 * HOUR),
        (4 * DAY, 10 * HOUR),
    ],
)
def test_attempts_that_were_brought_forward_use_up_no_wait(gone_by: Duration, wait: Duration) -> None:
    latest = NOON + gone_by
    assert next_due(30, NOON, latest, 0, None) == latest + wait


@pytest.mark.parametrize(("attempts", "wait"), [(1, 5 * SECOND), (4, 5 * MINUTE), (9, 10 * HOUR)])
def test_the_count_alone_decides_once_the_clock_was_set_back(attempts: int, wait: Duration) -> None:
    latest = NOON - 365 * DAY
    assert next_due(attempts, NOON, latest, 0, None) == latest + wait


def after(attempts: int) -> Instant:
    """When the latest of so many attempts on schedule was made."""
    return ON_SCHEDULE[attempts]


def series(jitter: float, retry: Duration | None = None) -> list[Instant]:
    """When attempts happen, each of them failing at once."""
    made: list[Instant] = []
    due = next_due(0, NOON, NOON, jitter, None)
    while due is not None:
        made.append(due)
        due = next_due(len(made), NOON, due, jitter, retry)
    return made


@pytest.mark.parametrize(("jitter", "attempts"), [(-1, 23), (0, 20), (1, 18)])
def test_a_delivery_is_tried_for_five_days_and_is_then_dead(jitter: float, attempts: int) -> None:
    made = series(jitter)
    assert len(made) == attempts
    assert END - 12 * HOUR < made[-1] <= END


@pytest.mark.parametrize(
    ("jitter", "wait"), [(-1, 8 * HOUR), (-0.5, 9 * HOUR), (0.5, 11 * HOUR), (1, 12 * HOUR)]
)  # fmt: skip
def test_jitter_moves_an_attempt_by_up_to_a_fifth_of_its_wait(jitter: float, wait: Duration) -> None:
    assert next_due(9, NOON, after(9), jitter, None) == after(9) + wait


@pytest.mark.parametrize(
    ("now", "due"),
    [(END - 10 * HOUR, END), (END - 10 * HOUR + 1, None), (END, None), (END + DAY, None)],
)
def test_nothing_is_tried_later_than_120_hours_after_the_first_attempt(now: Instant, due: Instant | None) -> None:
    assert next_due(12, NOON, now, 0, None) == due


@pytest.mark.parametrize(
    ("attempts", "retry", "wait"),
    [
        (1, None, 5 * SECOND),
        (1, 0, 5 * SECOND),
        (1, 4 * SECOND, 5 * SECOND),
        (1, 6 * SECOND, 6 * SECOND),
        (1, 10 * HOUR, 10 * HOUR),
        (1, 10 * HOUR + 1, 10 * HOUR),
        (1, 365 * DAY, 10 * HOUR),
        (9, 1 * HOUR, 10 * HOUR),
    ],
)
def test_a_receiver_may_ask_for_a_longer_wait_but_not_above_ten_hours(
    attempts: int, retry: Duration | None, wait: Duration
) -> None:
    assert next_due(attempts, NOON, after(attempts), 0, retry) == after(attempts) + wait


def test_asking_for_a_longer_wait_takes_no_last_attempt_away() -> None:
    assert next_due(1, NOON, END - MINUTE, 0, HOUR) == END


@given(attempt_counts, elapsed, jitters, asked)
def test_an_attempt_is_never_due_in_the_past_nor_after_the_end(
    attempts: int, gone_by: Duration, jitter: float, retry: Duration | None
) -> None:
    now = NOON + gone_by
    due = next_due(attempts, NOON, now, jitter, retry)
    assert due is None or now <= due <= END


@given(attempt_counts, elapsed, jitters, asked)
def test_asking_never_brings_an_attempt_forward_nor_makes_a_delivery_dead(
    attempts: int, gone_by: Duration, jitter: float, retry: Duration | None
) -> None:
    due = next_due(attempts, NOON, NOON + gone_by, jitter, retry)
    unasked = next_due(attempts, NOON, NOON + gone_by, jitter, None)
    assert (due is None) == (unasked is None)
    assert due is None or unasked is None or due >= unasked


@given(jitters, asked)
def test_every_delivery_is_dead_in_the_end(jitter: float, retry: Duration | None) -> None:
    assert len(series(jitter, retry)) <= 23


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (None, Outcome.RETRY),
        (199, Outcome.RETRY),
        (200, Outcome.DELIVERED),
        (204, Outcome.DELIVERED),
        (299, Outcome.DELIVERED),
        (301, Outcome.RETRY),
        (308, Outcome.RETRY),
        (400, Outcome.RETRY),
        (404, Outcome.RETRY),
        (410, Outcome.GONE),
        (429, Outcome.RETRY),
        (500, Outcome.RETRY),
        (503, Outcome.RETRY),
    ],
)
def test_an_answer_means_delivered_gone_or_try_again(status: int | None, meaning: Outcome) -> None:
    assert outcome(status) is meaning


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (None, Outcome.RETRY),
        (200, Outcome.DELIVERED),
        (400, Outcome.REFUSED),
        (410, Outcome.GONE),
        (422, Outcome.REFUSED),
        (429, Outcome.RETRY),
        (500, Outcome.RETRY),
    ],
)
def test_some_answers_say_that_the_message_will_never_be_taken(status: int | None, meaning: Outcome) -> None:
    assert outcome(status, frozenset({400, 422})) is meaning


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("120", 2 * MINUTE),
        (" 120 ", 2 * MINUTE),
        ("99999999999", 99_999_999_999 * SECOND),
        ("9" * 5_000, None),
        ("-1", None),
        ("+5", None),
        ("1.5", None),
        ("1_000", None),
        ("١٢", None),
        ("soon", None),
        ("Tue, 01 Dec 2026 12:00:30 GMT", 30 * SECOND),
        ("Tue, 01 Dec 2026 12:00:00 GMT", 0),
        ("Tue, 01 Dec 2026 11:59:59 GMT", 0),
        ("Tuesday, 01-Dec-26 12:02:00 GMT", 2 * MINUTE),
        ("Tue Dec  1 12:02:00 2026", 2 * MINUTE),
        ("Tue, 99 Dec 2026 12:00:00 GMT", None),
        ("Tue, 01 Dec 99999999999999999999 12:00:00 GMT", None),
        ("Tue, 01 Dec 2026 12:00:00 +99999999999999999999", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, wait: Duration | None) -> None:
    assert retry_after(header, NOON) == wait


@given(st.text() | st.text("0123456789 :,+-DecTueGMT", max_size=40))
def test_no_header_breaks_the_reading(header: str) -> None:
    wait = retry_after(header, NOON)
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("attempts", "asked_for", "wait"),
    [(1, None, 5 * SECOND), (4, None, MINUTE), (9, None, MINUTE), (1, HOUR, MINUTE)],
)
def test_no_wait_is_longer_than_the_longest(attempts: int, asked_for: Duration | None, wait: Duration) -> None:
    latest = after(attempts)
    assert next_due(attempts, NOON, latest, 0, asked_for, longest=MINUTE) == latest + wait


@pytest.mark.parametrize(
    ("status", "asked_for", "rests"),
    [
        (429, HOUR, HOUR),
        (503, HOUR, HOUR),
        (429, None, 0),
        (503, 20 * DAY, LONGEST_RETRY_AFTER),
        (500, HOUR, 0),
        (200, HOUR, 0),
        (None, None, 0),
    ],
)
def test_only_who_is_crowded_rests_and_for_ten_hours_at_most(
    status: int | None, asked_for: Duration | None, rests: Duration
) -> None:
    assert rest(status, asked_for) == rests
