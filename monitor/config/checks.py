"""What must hold between the values of a file. Looks at whatever can be read, so that all faults come at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, islice

from monitor.config import alert_checks, maintenance_checks, shapes
from monitor.config.dependencies import circles
from monitor.config.faults import Faults, Found
from monitor.config.naming import misnamed
from monitor.config.probing import checks as probe_checks
from monitor.config.values import Values

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


CHECKS: tuple[Callable[[object], Found], ...] = (
    *probe_checks.CHECKS,
    _dependencies,
    _circles,
    *maintenance_checks.CHECKS,
    *alert_checks.CHECKS,
)
