"""What must hold between the values of a file. Looks at whatever can be read, so that all faults come at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, islice

from monitor.config import alert_checks, shapes
from monitor.config.dependencies import circles
from monitor.config.faults import BadValue, Faults, Found
from monitor.config.naming import misnamed
from monitor.config.probing import checks as probe_checks
from monitor.config.units import instant
from monitor.config.values import Values
from monitor.core.model import DAY, Instant

LONGEST_WINDOW = 31 * DAY
MOST_CIRCLES = 20  # shown at once; where there are more, mending these mends the rest


def check(values: Values, faults: Faults) -> None:
    """Add to the faults whatever in the file contradicts something else in it."""
    for place, problem in chain(*(look(values.root) for look in CHECKS), probe_checks.certificates(values)):
        faults.add(values.lines[values.written(place)], values.written(place), problem)


def _dependencies(root: object) -> Found:
    known = shapes.components(root)
    for name, component in known.items():
        place = ("components", name, "depends_on")
        yield from misnamed(place, component.get("depends_on"), known)
        for at, other in shapes.texts(component.get("depends_on")):
            if other == name:
                yield (*place, at), f"{name} cannot depend on itself; remove it"


def _circles(root: object) -> Found:
    depends_on = {
        name: [other for _, other in shapes.texts(component.get("depends_on")) if other != name]
        for name, component in shapes.components(root).items()
    }
    for circle in islice(circles(depends_on), MOST_CIRCLES):
        drawn = " → ".join([*circle, circle[0]])
        yield ("components", circle[-1], "depends_on"), f"{drawn} is a circle; remove one of these dependencies"


def _windows(root: object) -> Found:
    known = shapes.components(root)
    for place, window in shapes.blocks(root, "maintenance"):
        yield from misnamed((*place, "components"), window.get("components"), known)
        starts, ends = _moment(window.get("starts")), _moment(window.get("ends"))
        if starts is None or ends is None:
            continue
        if ends <= starts:
            yield (*place, "ends"), f"this is not after the start; make it later than {window['starts']}"
        elif ends - starts > LONGEST_WINDOW:
            yield (*place, "ends"), f"the window is longer than {LONGEST_WINDOW // DAY} days; make it shorter"


def _twins(root: object) -> Found:
    """Windows that would share one id."""
    seen: dict[str, int] = {}
    for place, window in shapes.blocks(root, "maintenance"):
        told = repr([window.get("title"), window.get("components"), _moment(window.get("starts"))])
        if told in seen:
            yield place, f"this is maintenance[{seen[told]}] again; remove one, or change its title"
        seen.setdefault(told, int(place[-1]))


def _moment(value: object) -> Instant | None:
    """None for what is no instant, which has its own fault."""
    try:
        return instant(value)
    except BadValue:
        return None


CHECKS: tuple[Callable[[object], Found], ...] = (
    *probe_checks.CHECKS,
    _dependencies,
    _circles,
    _windows,
    _twins,
    *alert_checks.CHECKS,
)
