"""Frozen dataclasses to JSON and back, told by their type hints alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

Noun = TypeVar("Noun")
Reader: TypeAlias = Callable[[Any], Any]


def encode(noun: object) -> str:
    """The noun as compact JSON in ASCII, all fields named."""
    return json.dumps(noun, default=_plain, separators=(",", ":"))


def decode(noun: type[Noun], text: str) -> Noun:
    """The noun that `encode` wrote; a field that did not exist then takes its default.

    Raises:
        ValueError, TypeError, KeyError: the text is not such a noun.
    """
    read: Callable[[Any], Noun] = _reader(noun)  # type: ignore[arg-type]  # classes are hashable
    return read(json.loads(text))


def storable(text: str) -> str:
    """The text with lone surrogates (half-decoded headers have them) escaped: SQLite takes only real Unicode."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {value!r}")


@cache
def _reader(hint: Any) -> Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in (str, int, float, bool):
        return _as_is
    if origin is None and issubclass(hint, StrEnum):
        return hint  # type: ignore[no-any-return]
    if is_dataclass(hint):
        return _noun_reader(hint)
    if origin is tuple:
        return _tuple_reader(arguments[0])
    if origin is Mapping:
        return _mapping_reader(*arguments)
    if origin in (Union, UnionType):
        return _union_reader(arguments)
    raise TypeError(f"no codec for {hint!r}")


def _as_is(value: object) -> object:
    return value


def _noun_reader(noun: Any) -> Reader:
    hints = get_type_hints(noun)
    readers = {field.name: _reader(hints[field.name]) for field in fields(noun)}

    def read(value: Mapping[str, Any]) -> object:
        return noun(**{name: readers[name](item) for name, item in value.items()})

    return read


def _tuple_reader(item: Any) -> Reader:
    read_item = _reader(item)
    return lambda items: tuple(read_item(item) for item in items)


def _mapping_reader(key: Any, value: Any) -> Reader:
    read_key, read_value = _reader(key), _reader(value)
    return lambda mapping: {read_key(name): read_value(item) for name, item in mapping.items()}


def _union_reader(members: tuple[Any, ...]) -> Reader:
    real = tuple(member for member in members if member is not NoneType)
    read = _reader(real[0]) if len(real) == 1 else _choice_reader(real)
    if len(real) == len(members):
        return read
    return lambda value: None if value is None else read(value)


def _choice_reader(nouns: tuple[Any, ...]) -> Reader:
    """Of several dataclasses, the one whose fields have these names."""

    def read(value: Mapping[str, Any]) -> object:
        fitting = [noun for noun in nouns if _fits(noun, value)]
        if len(fitting) != 1:
            raise TypeError(f"fields {sorted(value)} tell {len(fitting)} nouns, not one")
        return _reader(fitting[0])(value)

    return read


def _fits(noun: Any, names: Iterable[str]) -> bool:
    known = {field.name for field in fields(noun)}
    required = {f.name for f in fields(noun) if f.default is MISSING and f.default_factory is MISSING}
    return required <= set(names) <= known
