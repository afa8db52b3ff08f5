"""What is wrong with a file: faults, each with its line and path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]  # keys and list positions from the top of the file
Found: TypeAlias = Iterator[tuple[Place, str]]  # where something is wrong, and what

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,63}")
_LOOKED_AT = 100  # words that a misspelt one is compared with
_LISTED = 12  # of them, where none is like it


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. Lines count from 1; the path is empty when the whole file is meant."""

    file: str
    line: int
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}{': ' if self.path else ''}{self.problem}"


class ConfigError(Exception):
    """The file was refused; `faults` holds all that is wrong with it, sorted by line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BadValue(ValueError):
    """A value that is not what it should be; the message says what is wrong and what would be right."""


class Faults:
    """Collects what is wrong with one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []

    def add(self, line: int, place: Place, problem: str) -> None:
        self.found.append(self._fault(line, place, problem))

    def refuse(self, line: int, place: Place, problem: str) -> ConfigError:
        """The error for a fault that hides all others: nothing can be read beyond it."""
        return ConfigError([self._fault(line, place, problem)])

    def _fault(self, line: int, place: Place, problem: str) -> Fault:
        """A fault stays on its line, whatever it quotes."""
        return Fault(self.file, line, path_of(place), _UNPRINTABLE.sub("�", problem))


def path_of(place: Place) -> str:
    """A place as people write it: `maintenance[0].starts`, `expect.json["$.id"]`."""
    path = ""
    for part in place:
        path += f".{part}" if isinstance(part, str) and _WORD.fullmatch(part) else f"[{shortened(quoted(part))}]"
    return path.removeprefix(".")


def quoted(value: object) -> str:
    """A value as a fault shows it: on one line, but whole, so that a secret in it can still be found."""
    return _UNPRINTABLE.sub("�", json.dumps(value, ensure_ascii=False, default=str))


def shortened(text: str, most: int = 60) -> str:
    """The text, with its middle left out where it is long."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 2 + 1 :]}"


def alternative(word: str, known: Iterable[str]) -> str:
    """What could be written instead of an unknown word; only the first of the known ones are looked at."""
    words = tuple(islice(known, _LOOKED_AT))
    nearest = _nearest(word[:63], words)
    return f"did you mean {nearest}?" if nearest else f"known here: {', '.join(words[:_LISTED])}"


@lru_cache
def _nearest(word: str, words: tuple[str, ...]) -> str | None:
    return next(iter(get_close_matches(word, words, n=1)), None)
