"""The fields of a JSON body: each read by a function of its own, and every wrong one named at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from exporter.problems import Problem
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Instant

Reader: TypeAlias = Callable[[Any], object]  # raises ValueError with a sentence that says what is allowed

LONGEST_LINE = 100  # characters, unless said otherwise
MOST_NAMED = 20  # wrong fields: an answer must not be many times as long as what was asked

_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1970, 9000)  # of a time: what begins in them also ends in years that can be told


def read_fields(body: bytes, readers: Mapping[str, Reader], required: Collection[str] = ()) -> dict[str, Any]:
    """What the body holds, as read; an empty one holds nothing.

    Raises:
        Problem: 400 when it is no JSON object; 422 naming every field that is wrong, missing or unknown.
    """
    given = json_object(body)
    read: dict[str, Any] = {}
    wrong = {name: "is missing." for name in required if name not in given}
    for name, value in given.items():
        if name not in readers:
            wrong[_shown(name)] = f"is no field here; there are {', '.join(readers)}."
            continue
        try:
            read[name] = readers[name](value)
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise wrong_fields(wrong)
    return read


def wrong_fields(wrong: Mapping[str, str]) -> Problem:
    """The problem of fields that are not as they should be, by name; of many, the first are named."""
    named = list(islice(wrong.items(), MOST_NAMED))
    errors = [{"field": name, "detail": detail} for name, detail in named]
    sentences = [f"{name}: {detail}" for name, detail in named]
    if len(wrong) > MOST_NAMED:
        sentences.append(f"… and {len(wrong) - MOST_NAMED} more.")
    return Problem(422, " ".join(sentences), errors=errors)


def text(value: object) -> str:
    if not isinstance(value, str) or re.search(r"[\ud800-\udfff]", value):  # half a character cannot be stored
        raise ValueError("must be text.")
    return value


def line(value: object, longest: int = LONGEST_LINE) -> str:
    """Text that people see."""
    found = text(value).strip()
    if not 0 < len(found) <= longest or not found.isprintable():
        raise ValueError(f"must be one line of 1 to {longest} characters.")
    return found


def lines(value: object, longest: int) -> str:
    """Text that people see, of one line or many."""
    found = text(value).strip()
    if not 0 < len(found) <= longest or not found.replace("\n", "").isprintable():
        raise ValueError(f"must be 1 to {longest} printable characters, in one line or many.")
    return found


def flag(value: object) -> bool:
    match value:
        case bool():
            return value
    raise ValueError("must be true or false.")


def one_of(value: object, allowed: Collection[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}.")
    return value


def some_of(value: object, allowed: Collection[str]) -> tuple[str, ...]:
    """A list of those, once each, in the order in which they are given."""
    if not isinstance(value, list) or not all(isinstance(each, str) and each in allowed for each in value):
        raise ValueError(f"must be a list of some of {', '.join(allowed) or 'those that there are: none yet'}.")
    return tuple(dict.fromkeys(value))


def at_least_one(value: object, allowed: Collection[str]) -> tuple[str, ...]:
    """Some of those, and not none."""
    found = some_of(value, allowed)
    if not found:
        raise ValueError(f"must name at least one of {', '.join(allowed)}.")
    return found


def duration(value: object, longest: Duration) -> Duration:
    """`30s`, `5m`, `24h`, `90d` in milliseconds; the longest is a day or more."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    length = int(found[1]) * _UNITS[found[2]] if found else -1
    if not 0 <= length <= longest:
        raise ValueError(f"must be a duration such as 30m or 24h, and at most {longest // DAY}d.")
    return length


def instant(value: object) -> Instant:
    """An RFC 3339 time, such as 2026-12-01T02:00:00Z, in milliseconds since 1970."""
    wrong = ValueError("must be a time such as 2026-12-01T02:00:00Z.")
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise wrong
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise wrong from None
    if moment.year not in _YEARS:
        raise wrong
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def json_object(body: bytes) -> dict[str, object]:
    """What the body holds, unread; errors as of `read_fields`."""
    try:
        document = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None
    if not isinstance(document, dict):
        raise Problem(400, "The body is not a JSON object.")
    return document


def _shown(name: str) -> str:
    """A name as it is told back: what the caller wrote may be as long as the body."""
    return name if len(name) <= LONGEST_LINE else f"{name[:LONGEST_LINE]}…"
