"""Durations, sizes and instants as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from monitor.config.faults import BadValue, quoted
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Instant

DURATION = r"[0-9]{1,9}(ms|s|m|h|d)"
SIZE = r"[0-9]{1,9}(KiB|MiB)"
ROOM = r"[0-9]{1,6}(MB|GB|TB)"
INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"

LONGEST: Duration = 366 * DAY
LEAST_ROOM = 50 * 10**6  # bytes: below, what is never forgotten might not fit

_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_MULTIPLES = {"KiB": 1024, "MiB": 1024**2}
_DECIMAL = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def duration(value: object) -> Duration:
    """`500ms`, `30s`, `5m`, `1h`, `7d` in milliseconds.

    Raises:
        BadValue: says what is wrong and what would be right.
    """
    if re.fullmatch(r"[0-9]+", str(value)):
        raise BadValue(f"{value} has no unit; write {value}s")
    if not isinstance(value, str) or not re.fullmatch(DURATION, value):
        raise BadValue(f"{quoted(value)} is not a duration; write a whole number and a unit: 500ms, 30s, 5m, 1h, 7d")
    number, unit = value.rstrip("dhms"), value.lstrip("0123456789")
    length = int(number) * _UNITS[unit]
    if not 0 < length <= LONGEST:
        raise BadValue(f"{value} is out of range; write a duration between 1ms and {LONGEST // DAY}d")
    return length


def shown(length: Duration) -> str:
    """A duration as it can be written, in the largest unit that measures it."""
    unit = next(name for name, size in reversed(_UNITS.items()) if length % size == 0)
    return f"{length // _UNITS[unit]}{unit}"


def size(value: object) -> int:
    """A whole number of bytes, or `512KiB`, `1MiB`, in bytes.

    Raises:
        BadValue: says what is wrong and what would be right.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and re.fullmatch(SIZE, value):
        number = int(value[:-3]) * _MULTIPLES[value[-3:]]
    else:
        raise BadValue(f"{quoted(value)} is not a size; write a number of bytes, or 512KiB, 1MiB")
    if number < 1:
        raise BadValue(f"{value} is too small; write at least 1")
    return number


def room(value: object) -> int:
    """`500MB`, `2GB` of a disk, in bytes.

    Raises:
        BadValue: says what is wrong and what would be right.
    """
    if not isinstance(value, str) or not re.fullmatch(ROOM, value):
        raise BadValue(f"{quoted(value)} is no size of a database; write a whole number and a unit: 500MB, 2GB")
    number = int(value[:-2]) * _DECIMAL[value[-2:]]
    if number < LEAST_ROOM:
        raise BadValue(f"{value} is too small; write at least {LEAST_ROOM // 10**6}MB")
    return number


def instant(value: object) -> Instant:
    """An RFC 3339 time with its zone, such as `2026-12-01T02:00:00Z`, in milliseconds since 1970.

    Raises:
        BadValue: says what is wrong and what would be right.
    """
    if not isinstance(value, str) or not re.fullmatch(INSTANT, value):
        if isinstance(value, str) and re.fullmatch(INSTANT, f"{value}Z"):
            raise BadValue(f"{value} has no time zone; write {value}Z for UTC")
        raise BadValue(f"{quoted(value)} is not a time; write it like 2026-12-01T02:00:00Z")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadValue(f"{value} is not in the calendar; write a day and a time that exist") from None
    return (moment - _EPOCH) // timedelta(milliseconds=1)
