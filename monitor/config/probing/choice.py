"""Blocks that hold one of several keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.config.faults import Found, Place


def one_of(
    place: Place, block: Mapping[str, object], choices: Sequence[str], others: Iterable[str], because: str
) -> Found:
    """What is wrong when the block holds none of the choices, or several.

    Args:
        others: keys that it may hold beside them; any further key is a misspelt choice, which has its own fault.
        because: why there is only one.
    """
    given = [key for key in block if key in choices]
    if not given and block.keys() <= set(others):
        yield place, f"write one of {', '.join(choices)}"
    for key in given[1:]:
        yield (*place, key), f"{given[0]} and {key} are both given; {because}"
