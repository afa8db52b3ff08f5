"""Configs as they must not be: each kind puts one in the place of the file."""

from __future__ import annotations

import json
import os
import random
import shutil
import string
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

Settings: TypeAlias = Mapping[str, Any]
Kind: TypeAlias = Callable[[Path, Settings, random.Random], None]

LARGER_THAN_ALLOWED = 5 * 1_024 * 1_024  # bytes
LARGEST_ALLOWED = 4 * 1_024 * 1_024
NAMED_ANEW = 9  # times that each level of a bomb names the one before


def clear(path: Path) -> None:
    """Whatever is there is there no more."""
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)


def _cut(path: Path, settings: Settings, chance: random.Random) -> None:
    text = json.dumps(settings)
    path.write_text(text[: chance.randrange(1, len(text) - 1)], encoding="utf-8")


def _not_utf8(path: Path, settings: Settings, chance: random.Random) -> None:
    raw = json.dumps(settings).encode()
    at = chance.randrange(len(raw))
    path.write_bytes(raw[:at] + b"\xff" + raw[at:])


def _not_text(path: Path, _settings: Settings, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(1_024))


def _unknown_key(path: Path, settings: Settings, chance: random.Random) -> None:
    components = dict(settings["components"])
    name = chance.choice(list(components))
    components[name] = {**components[name], "colour": "green"}
    path.write_text(json.dumps({**settings, "components": components}), encoding="utf-8")


def _missing_variable(path: Path, settings: Settings, _chance: random.Random) -> None:
    path.write_text(json.dumps({**settings, "page": {"name": "${TORTURE_IS_NOT_SET}"}}), encoding="utf-8")


def _nobody_to_watch(path: Path, settings: Settings, _chance: random.Random) -> None:
    path.write_text(json.dumps({**settings, "components": {}}), encoding="utf-8")


def _empty(path: Path, _settings: Settings, _chance: random.Random) -> None:
    path.write_bytes(b"")


def _directory(path: Path, _settings: Settings, _chance: random.Random) -> None:
    path.mkdir()


def _unreadable(path: Path, settings: Settings, _chance: random.Random) -> None:
    path.write_text(json.dumps(settings), encoding="utf-8")
    path.chmod(0)


def _huge(path: Path, settings: Settings, _chance: random.Random) -> None:
    path.write_text(json.dumps(settings) + "\n" * LARGER_THAN_ALLOWED, encoding="utf-8")


def _many_values(path: Path, _settings: Settings, _chance: random.Random) -> None:
    path.write_text(f"[{'1,' * (LARGEST_ALLOWED // 2 - 2)}]", encoding="utf-8")


def _deep(path: Path, _settings: Settings, chance: random.Random) -> None:
    path.write_text(chance.choice(("[", "{a: ", "- ")) * 100_000, encoding="utf-8")


def _billion_laughs(path: Path, settings: Settings, chance: random.Random) -> None:
    level = chance.choice(("[{}]", "{{<<: [{}]}}"))
    named = pairwise(string.ascii_lowercase[:10])
    levels = (f"{name}: &{name} {level.format(', '.join([f'*{before}'] * NAMED_ANEW))}" for before, name in named)
    path.write_text("\n".join(("a: &a {x: 1}", *levels, f"page: {json.dumps(settings)}")), encoding="utf-8")


KINDS: Mapping[str, Kind] = {
    "cut in the middle": _cut,
    "not UTF-8": _not_utf8,
    "not text": _not_text,
    "an unknown key": _unknown_key,
    "a missing variable": _missing_variable,
    "nobody to watch": _nobody_to_watch,
    "empty": _empty,
    "a directory": _directory,
    "unreadable": _unreadable,
    "huge": _huge,
    "of many values": _many_values,
    "deep": _deep,
    "a billion laughs": _billion_laughs,
}

BEREFT = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


def like_anyone() -> tuple[str, ...]:
    """The wrapper of who cannot read what is unreadable; root does, unless it is bereft of that, where it can be."""
    needed = os.geteuid() == 0 and shutil.which(BEREFT[0]) is not None
    return BEREFT if needed else ()


def possible() -> list[str]:
    """The kinds that can be made here."""
    reads_all = os.geteuid() == 0 and not like_anyone()
    return [kind for kind in KINDS if not (reads_all and kind == "unreadable")]
