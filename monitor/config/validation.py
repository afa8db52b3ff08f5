"""Values against the models, with every fault said in the words of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.block import Block
from monitor.config.faults import Faults, Place, alternative
from monitor.config.models import File
from monitor.config.values import Values


def validate(values: Values, faults: Faults) -> File | None:
    """The file as models; None when it does not fit them, and then each misfit is added to the faults."""
    try:
        return File.model_validate(values.root)
    except ValidationError as error:
        for misfit in error.errors(include_url=False):
            if not values.is_unknown(misfit["loc"]):
                place = values.written(misfit["loc"])
                faults.add(values.lines[place], place, _problem(misfit))
        return None


def _problem(misfit: ErrorDetails) -> str:
    return _PROBLEMS[misfit["type"]](misfit)


def _unknown_key(misfit: ErrorDetails) -> str:
    *around, key = misfit["loc"]
    return f"unknown key; {alternative(str(key), _keys_at(tuple(around)))}"


def _missing(misfit: ErrorDetails) -> str:
    return f"{misfit['loc'][-1]} is missing; write it"


def _own_words(misfit: ErrorDetails) -> str:
    return str(misfit["ctx"]["error"])


def _mapping(_: ErrorDetails) -> str:
    return "this must be a mapping of keys to values"


def _list(_: ErrorDetails) -> str:
    return "this must be a list"


def _too_short(_: ErrorDetails) -> str:
    return "this is empty; write at least one"


_PROBLEMS: Mapping[str, Callable[[ErrorDetails], str]] = {
    "dict_type": _mapping,
    "extra_forbidden": _unknown_key,
    "list_type": _list,
    "missing": _missing,
    "model_type": _mapping,
    "too_short": _too_short,
    "value_error": _own_words,
}


def _keys_at(place: Place) -> list[str]:
    """The keys that the block at a place knows."""
    kind: Any = File
    for part in place:
        kind = _inside(kind, part)
    return [field.alias or name for name, field in kind.model_fields.items()]


def _inside(kind: Any, part: str | int) -> Any:
    """What the model has at one part of a place: a field of a block, or what a mapping or list holds."""
    held = kind.model_fields[part].annotation if _is_block(kind) else get_args(kind)[-1]
    options = get_args(held)
    return next(option for option in options if option is not NoneType) if NoneType in options else held


def _is_block(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Block)
