"""When a delivery is tried again, and what an answer means for it."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from itertools import accumulate

from monitor.core.board import NEVER
from monitor.core.model import HOUR, MINUTE, SECOND, Duration, Instant

WAITS: tuple[Duration, ...] = (  # before the first attempt, the second, …
    0,
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
)
LAST_WAIT = 10 * HOUR  # before each attempt after those
LONGEST_WAIT = 12 * HOUR  # the last one with all its jitter
LONGEST_RETRY_AFTER = 10 * HOUR
GIVE_UP_AFTER = 120 * HOUR  # counted from the first attempt
CROWDED = frozenset({429, 503})  # with a Retry-After these speak of the receiver, not of one message

_JITTER = 0.2  # of the wait, either way
_EARLIEST = [at * 4 // 5 for at in accumulate(WAITS)]  # when each attempt may come, counted from the first
_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Outcome(StrEnum):
    """What one attempt came to."""

    DELIVERED = "delivered"
    GONE = "gone"  # the receiver wants nothing more, ever
    REFUSED = "refused"  # the receiver will never take this message
    RETRY = "retry"


def outcome(status: int | None, refused: Set[int] = frozenset()) -> Outcome:
    """Of an attempt by the HTTP status of its answer; None when no answer came.

    A redirect is no delivery: following it could lead anywhere, and would drop the body.

    Args:
        refused: statuses that say that the message is to blame.
    """
    if status is not None and 200 <= status <= 299:
        return Outcome.DELIVERED
    if status in refused:
        return Outcome.REFUSED
    return Outcome.GONE if status == 410 else Outcome.RETRY


def next_due(
    attempts: int,
    first_attempt_at: Instant,
    now: Instant,
    jitter: float,
    retry_after: Duration | None,
    longest: Duration = NEVER,
) -> Instant | None:
    """When to try again after some attempts; None: never.

    Attempts that were brought forward do not use up the schedule: it is never further on than the time since the
    first attempt.

    Args:
        attempts: how many were made; the latest ended now.
        jitter: between -1 and 1, drawn anew each time, so that many deliveries do not come back together.
        retry_after: how long the receiver asked us to wait. It makes the wait longer, up to ten hours, never
            shorter, and never takes away an attempt that the schedule has left.
        longest: no wait is longer, whoever asks for it.
    """
    wait = min(_wait(_step(attempts, now - first_attempt_at), jitter), longest)
    give_up_at = first_attempt_at + GIVE_UP_AFTER
    if now + wait > give_up_at:
        return None
    asked = min(retry_after or 0, LONGEST_RETRY_AFTER)
    return min(now + min(max(wait, asked), longest), give_up_at)


def rest(status: int | None, retry_after: Duration | None) -> Duration:
    """For how long a receiver that answered so wants nothing at all, up to ten hours; 0: it did not say that."""
    return min(retry_after or 0, LONGEST_RETRY_AFTER) if status in CROWDED else 0


def retry_after(header: str | None, now: Instant) -> Duration | None:
    """What a Retry-After header asks for, given in seconds or as an HTTP date; None when it says nothing we know."""
    text = (header or "").strip()
    try:
        if text.isascii() and text.isdigit():
            return int(text) * SECOND
        return max(0, _instant(text) - now)
    except (ValueError, OverflowError):
        return None


def _step(attempts: int, elapsed: Duration) -> int:
    if elapsed < 0:  # the clock was set back, so only the count says how far we are
        return attempts
    return min(attempts, sum(earliest <= elapsed for earliest in _EARLIEST))


def _wait(step: int, jitter: float) -> Duration:
    wait = WAITS[step] if step < len(WAITS) else LAST_WAIT
    return wait + round(wait * _JITTER * jitter)


def _instant(http_date: str) -> Instant:
    date = parsedate_to_datetime(http_date)
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)  # asctime's form names no zone and means GMT
    return (aware - _EPOCH) // _MILLISECOND
