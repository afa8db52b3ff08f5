"""JSON that stays JSON while it changes, so that chance reaches what lies behind the parser."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

Slot: TypeAlias = tuple[Any, Any]  # a list or mapping, and the place in it
Mutate: TypeAlias = Callable[[bytes, int], bytes]

BY_BYTES = 0.3  # of all changes
ODD: Sequence[Any] = (
    *(None, True, False, "", [], {}, 0, -1, 1e308, 10**30, float("nan")),
    *("\x00", "\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}", "$" * 80, "{{x}}", "${X", "[" * 40, "9" * 400, "0", "1e5"),
    *("(", "(a+)+$", "http://[", "//", "2026-02-30T25:00:00Z", "9999-12-31T23:59:59-23:59", "* * * * *", "366d"),
)


def mutated(given: bytes, longest: int, seed: int, words: Sequence[str], by_bytes: Mutate) -> bytes:
    """Another input: the JSON after its last empty line is changed as a tree, anything else byte by byte."""
    chance = random.Random(seed)
    if chance.random() < BY_BYTES:
        return by_bytes(given, longest)
    head, between, body = given.rpartition(b"\n\n")
    try:
        changed = head + between + _otherwise(body, words, chance)
    except (ValueError, RecursionError):  # it is no JSON, or such as Python does not write
        return by_bytes(given, longest)
    return changed if len(changed) <= longest else by_bytes(given, longest)


def _otherwise(body: bytes, words: Sequence[str], chance: random.Random) -> bytes:
    """The document with a change somewhere in it; nothing at all when that takes out the whole."""
    whole = [json.loads(body)]
    slots = list(_slots(whole))
    chance.choice(CHANGES)(chance.choice(slots), slots, words, chance)
    return "".join(map(json.dumps, whole)).encode()


def _slots(document: Any) -> Iterator[Slot]:
    """All places of a document, in it and in what it holds."""
    places = document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for place in places:
        yield document, place
        yield from _slots(document[place])


def _make_odd(slot: Slot, _slots: Sequence[Slot], words: Sequence[str], chance: random.Random) -> None:
    slot[0][slot[1]] = chance.choice([*ODD, *words])


def _copy_another(slot: Slot, slots: Sequence[Slot], _words: Sequence[str], chance: random.Random) -> None:
    """By its text, so that nothing comes to hold itself."""
    other, place = chance.choice(slots)
    slot[0][slot[1]] = json.loads(json.dumps(other[place]))


def _take_out(slot: Slot, _slots: Sequence[Slot], _words: Sequence[str], _chance: random.Random) -> None:
    del slot[0][slot[1]]


def _put_in(slot: Slot, _slots: Sequence[Slot], words: Sequence[str], chance: random.Random) -> None:
    """Beside it, under a name that is known or else a name that is odd."""
    parent, _ = slot
    value = chance.choice([*ODD, *words])
    if isinstance(parent, list):
        parent.append(value)
    else:
        parent[str(chance.choice([*words, *ODD]))] = value


CHANGES = (_make_odd, _copy_another, _take_out, _put_in)
