"""Hypothesis strategies for the nouns of the model, told by their type hints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

INTEGERS = st.integers(-(2**53), 2**53)
LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    int: INTEGERS,
    str: st.text(max_size=20),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    NoneType: st.none(),
}


def nouns(noun: type[Any], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any instance of the dataclass; all fields are drawn, also those with a default."""
    hints = get_type_hints(noun)
    drawn = {field.name: of(hints[field.name]) for field in fields(noun) if field.name not in fixed}
    return st.builds(noun, **(drawn | fixed))


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of the type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in LEAVES:
        return LEAVES[hint]
    if origin is None and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if is_dataclass(hint):
        return nouns(hint)  # type: ignore[arg-type]
    if origin is tuple:
        return st.lists(of(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(of(arguments[0]), of(arguments[1]), max_size=3)
    return st.one_of(*(of(member) for member in arguments))
