"""What a JSON value is expected to be: a value itself, or one operator with its operand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from monitor.config.faults import BadValue, alternative, quoted
from monitor.config.grammar import regular_expression


def json_value(value: object) -> object:
    """Any value that JSON can carry."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise BadValue("JSON knows no infinity and no nan; write a finite number") from None
    return value


def number(value: object) -> object:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadValue(f"{quoted(value)} is not a number")
    return json_value(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValue(f"{quoted(value)} is neither true nor false; write one of them")
    return value


OPERATORS: Mapping[str, Callable[[object], object]] = {
    "eq": json_value,
    "ne": json_value,
    "gt": number,
    "ge": number,
    "lt": number,
    "le": number,
    "matches": regular_expression,
    "exists": flag,
}

_OPERANDS: Mapping[Callable[[object], object], dict[str, Any]] = {
    json_value: {},
    number: {"type": "number"},
    regular_expression: {"type": "string"},
    flag: {"type": "boolean"},
}

SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": ["string", "number", "boolean", "null", "array"]},
        {
            "type": "object",
            "properties": {name: _OPERANDS[operand] for name, operand in OPERATORS.items()},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}


def expectation(value: object) -> object:
    """A value to be equal to, or a mapping with one operator.

    Raises:
        BadValue: says what is wrong and what would be right.
    """
    if not isinstance(value, dict):
        return json_value(value)
    if len(value) != 1:
        raise BadValue("write one operator, such as {gt: 0}; a mapping to be equal to goes under eq")
    name, operand = next(iter(value.items()))
    if name not in OPERATORS:
        raise BadValue(f"{quoted(name)} is not an operator; {alternative(name, OPERATORS)}")
    try:
        return {name: OPERATORS[name](operand)}
    except BadValue as error:
        raise BadValue(f"{name}: {error}") from None
