"""What a JSON document must hold: JSONPaths and the conditions on what they find."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from jsonpath_rfc9535 import JSONPathError, JSONPathQuery
from jsonpath_rfc9535 import compile as compile_path

Holds: TypeAlias = Callable[[Any, Any], bool]  # (found, wanted)


class Conditions:
    """Compiled once.

    Args:
        wanted: JSONPath → value, or a mapping with one operator. All values that a path finds must be so, and it
            must find one.
    """

    def __init__(self, wanted: Mapping[str, object]) -> None:
        self._conditions = [(path, compile_path(path), *_condition(condition)) for path, condition in wanted.items()]

    def miss(self, document: object) -> str | None:
        """The first that does not hold, in a sentence; None when all do."""
        misses = (_miss(document, *condition) for condition in self._conditions)
        return next((miss for miss in misses if miss), None)


def _condition(wanted: object) -> tuple[str, object]:
    if isinstance(wanted, Mapping) and len(wanted) == 1:
        name = next(iter(wanted))
        if name in OPERATORS or name == "exists":
            return name, wanted[name]
    return "eq", wanted


def _miss(document: object, path: str, query: JSONPathQuery, name: str, wanted: object) -> str | None:
    try:
        found = query.find(document).values()  # type: ignore[arg-type]
    except (JSONPathError, RecursionError) as error:
        return f"{path} cannot be looked up: {error}"
    if name == "exists":
        return None if bool(found) is bool(wanted) else f"{path} is {'there' if found else 'missing'}"
    if not found:
        return f"{path} is missing"
    words, holds = OPERATORS[name]
    wrong = [value for value in found if not holds(value, wanted)]
    return f"{path} is {json.dumps(wrong[0])} instead of {words}{json.dumps(wanted)}" if wrong else None


def _same(found: Any, wanted: Any) -> bool:
    """Equal as JSON sees it: true is not 1."""
    return isinstance(found, bool) is isinstance(wanted, bool) and bool(found == wanted)


def _differs(found: Any, wanted: Any) -> bool:
    return not _same(found, wanted)


def _ordered(compare: Holds) -> Holds:
    def holds(found: Any, wanted: Any) -> bool:
        return _comparable(found, wanted) and compare(found, wanted)

    return holds


def _comparable(found: object, wanted: object) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return False
    return any(isinstance(found, kind) and isinstance(wanted, kind) for kind in (int | float, str))


def _matches(found: Any, wanted: Any) -> bool:
    return isinstance(found, str) and re.search(wanted, found) is not None


OPERATORS: Mapping[str, tuple[str, Holds]] = {
    "eq": ("", _same),
    "ne": ("anything but ", _differs),
    "gt": ("more than ", _ordered(operator.gt)),
    "ge": ("at least ", _ordered(operator.ge)),
    "lt": ("less than ", _ordered(operator.lt)),
    "le": ("at most ", _ordered(operator.le)),
    "matches": ("a match of ", _matches),
}
