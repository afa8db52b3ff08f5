"""Maintenance as people write it in a body: windows, rules, and changes of windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from exporter.fields import (
    Reader,
    at_least_one,
    duration,
    flag,
    instant,
    json_object,
    line,
    read_fields,
    wrong_fields,
)
from exporter.problems import Problem
from monitor.core.board import Board
from monitor.core.ids import planned_id
from monitor.core.model import DAY, MINUTE, Duration, Instant, Window
from monitor.core.ports import Calendar
from monitor.core.recurring import Rule

LONGEST = 31 * DAY


def recurs(body: bytes) -> bool:
    """Whether it is a rule that the body holds; errors as of `read_fields`."""
    return "cron" in json_object(body)


def new_window(board: Board, body: bytes, by: str, now: Instant) -> Window:
    """A window that begins now unless the body says when. Raises Problem 400 or 422."""
    read = _one_off(board, body)
    starts = read.get("starts", now)
    ends = read["ends"] if "ends" in read else starts + read["duration"]
    _check_stretch(starts, ends, now)
    return Window(
        id=planned_id(by, read["title"], starts, now),
        title=read["title"],
        components=read["components"],
        starts=starts,
        ends=ends,
        stops=read.get("stops", False),
        by=by,
    )


def new_rule(board: Board, calendar: Calendar, body: bytes, by: str, now: Instant) -> Rule:
    """Raises Problem 400, 409 or 422."""
    readers: dict[str, Reader] = {
        **_readers(board),
        "cron": lambda value: " ".join(_checked(value, calendar.check_cron).split()),
        "duration": _lasting,
        "timezone": lambda value: _checked(value, calendar.check_timezone),
        "notice": lambda value: duration(value, LONGEST),
    }
    read = read_fields(body, readers, ("title", "components", "cron", "duration", "timezone"))
    rule = Rule(by=by, since=now, **read)
    twin = next((known for known in calendar.rules() if known.facts == rule.facts), None)
    if twin is not None:
        raise Problem(409, f"{twin.id} is the same maintenance: it is planned already.")
    try:
        calendar.check_pace(rule)
    except ValueError as wrong:
        raise wrong_fields({"cron": f"{wrong}."}) from None
    return rule


def change_of(board: Board, body: bytes) -> dict[str, Any]:
    """What is to become of a window, by the names of its fields. Raises Problem 400 or 422."""
    readers = {**_readers(board), "starts": instant, "ends": instant}
    read = read_fields(body, readers)
    if not read:
        raise Problem(422, f"Nothing is to be changed; there are {', '.join(readers)}.")
    return read


def changed(window: Window, change: dict[str, Any], now: Instant) -> Window:
    """The window with a change. Raises Problem 422 where it comes too late, or leaves no window."""
    after = replace(window, **change)
    if window.starts <= now and after.starts != window.starts:
        raise wrong_fields({"starts": "cannot be moved: it has begun."})
    if "ends" in change:
        _check_stretch(after.starts, after.ends, now)
    elif "starts" in change:
        _check_start(after.starts, after.ends)
    return after


def _one_off(board: Board, body: bytes) -> dict[str, Any]:
    """With `ends` or `duration`: who gives the one has no need of the other."""
    given = json_object(body)
    lasts = "duration" in given and "ends" not in given
    end: dict[str, Reader] = {"duration": _lasting} if lasts else {"ends": instant}
    return read_fields(body, {**_readers(board), "starts": instant, **end}, ("title", "components", *end))


def _readers(board: Board) -> dict[str, Reader]:
    components = [component.id for component in board.setup.components]
    return {"title": line, "components": lambda value: at_least_one(value, components), "stops": flag}


def _check_stretch(starts: Instant, ends: Instant, now: Instant) -> None:
    if ends <= max(starts, now):
        raise wrong_fields({"ends": "must be after its start, and in the future."})
    if ends - starts > LONGEST:
        raise wrong_fields({"ends": f"must be at most {LONGEST // DAY} days after its start."})


def _check_start(starts: Instant, ends: Instant) -> None:
    """Where the end stays as it was, the start is what is wrong."""
    if starts >= ends:
        raise wrong_fields({"starts": "must be before its end."})
    if ends - starts > LONGEST:
        raise wrong_fields({"starts": f"must be at most {LONGEST // DAY} days before its end."})


def _lasting(value: object) -> Duration:
    length = duration(value, LONGEST)
    if length < MINUTE:
        raise ValueError("must be at least 1m.")
    return length


def _checked(value: object, check: Callable[[str], None]) -> str:
    found = line(value)
    try:
        check(found)
    except ValueError as wrong:
        sentence = str(wrong)
        raise ValueError(sentence if sentence.endswith((".", "?")) else f"{sentence}.") from None
    return found
