"""What must hold within and between planned maintenance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor.config import shapes
from monitor.config.faults import BadValue, Found, Place
from monitor.config.maintenance import ONCE, RECURRING, Maintenance, rule
from monitor.config.naming import misnamed
from monitor.config.timing import length_of
from monitor.config.units import instant, shown
from monitor.core.model import DAY, MINUTE, Duration, Instant
from monitor.core.recurring import Rule
from monitor.recurrence import check_pace, check_timezone

LONGEST = 31 * DAY
SHORTEST: Mapping[str, Duration] = {"duration": MINUTE, "notice": 1}

FORMS = "starts and ends are for what comes once, cron, duration, timezone and notice for what recurs"

_NEEDED: Mapping[Sequence[str], Sequence[str]] = {ONCE: ONCE, RECURRING: ("cron", "duration")}


def _components(root: object) -> Found:
    known = shapes.components(root)
    for place, planned in shapes.blocks(root, "maintenance"):
        yield from misnamed((*place, "components"), planned.get("components"), known)


def _forms(root: object) -> Found:
    for place, planned in shapes.blocks(root, "maintenance"):
        given = [key for key in planned if key in ONCE or key in RECURRING]
        if given:
            yield from _form(place, given)
        elif planned.keys() <= Maintenance.model_fields.keys():  # else one is misspelt, which has its own fault
            yield place, "write starts and ends, or cron and duration"


def _form(place: Place, given: Sequence[str]) -> Found:
    """What is wrong with the keys of either form that are given, in the order in which they are."""
    form = ONCE if given[0] in ONCE else RECURRING
    foreign = next((key for key in given if key not in form), None)
    if foreign is not None:
        yield (*place, foreign), f"{given[0]} and {foreign} are both given; {FORMS}"
        return
    for key in _NEEDED[form]:
        if key not in given:
            yield place, f"{key} is missing; write it"


def _windows(root: object) -> Found:
    for place, planned in shapes.blocks(root, "maintenance"):
        starts, ends = _moment(planned.get("starts")), _moment(planned.get("ends"))
        if starts is None or ends is None:
            continue
        if ends <= starts:
            yield (*place, "ends"), f"this is not after the start; make it later than {planned['starts']}"
        elif ends - starts > LONGEST:
            yield (*place, "ends"), f"the window is longer than {LONGEST // DAY} days; make it shorter"


def _lengths(root: object) -> Found:
    for place, planned in shapes.blocks(root, "maintenance"):
        for key, shortest in SHORTEST.items():
            length = length_of(planned.get(key))
            if length is not None and not shortest <= length <= LONGEST:
                problem = f"{planned[key]} is out of range; write between {shown(shortest)} and {shown(LONGEST)}"
                yield (*place, key), problem


def _paces(root: object) -> Found:
    timezone = str(_told(shapes.mapping(shapes.mapping(root).get("page")), "timezone", "UTC"))
    for place, planned in shapes.blocks(root, "maintenance"):
        recurring = _rule(planned, timezone)
        if recurring is not None:
            try:
                check_pace(recurring)
            except ValueError as error:
                yield (*place, "cron"), str(error)


def _rule(planned: Mapping[str, object], timezone: str) -> Rule | None:
    """None for what comes once, and for what has faults of its own."""
    try:
        check_timezone(timezone)
        return rule(Maintenance.model_validate(planned), timezone)
    except ValueError:
        return None


def _twins(root: object) -> Found:
    """Those that would share one id."""
    timezone = _told(shapes.mapping(shapes.mapping(root).get("page")), "timezone", "UTC")
    seen: dict[str, int] = {}
    for place, planned in shapes.blocks(root, "maintenance"):
        told = repr(_once(planned) if "starts" in planned else _again(planned, timezone))
        if told in seen:
            yield place, f"this is maintenance[{seen[told]}] again; remove one, or change its title"
        seen.setdefault(told, int(place[-1]))


def _once(planned: Mapping[str, object]) -> list[object]:
    return [_told(planned, "title"), planned.get("components"), _moment(planned.get("starts"))]


def _again(planned: Mapping[str, object], timezone: object) -> list[object]:
    told = [_told(planned, key) for key in ("title", "components", "cron")]
    length = length_of(planned.get("duration"))
    return [*told, length, _told(planned, "timezone", timezone), planned.get("stops", False)]


def _told(block: Mapping[str, object], key: str, default: object = None) -> object:
    """A value as it is taken: lines without what is blank around them."""
    value = block.get(key, default)
    return value.strip() if isinstance(value, str) else value


def _moment(value: object) -> Instant | None:
    """None for what is no instant, which has its own fault."""
    try:
        return instant(value)
    except BadValue:
        return None


CHECKS: tuple[Callable[[object], Found], ...] = (_components, _forms, _windows, _lengths, _paces, _twins)
