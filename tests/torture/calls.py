"""What a traced process did to the files of a directory, and when it said what: the calls of a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Created:
    """A file that was not there."""

    name: str


@dataclass(frozen=True, slots=True)
class Wrote:
    name: str
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A file, or by the empty name the directory itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line on standard output."""

    line: str


Call: TypeAlias = Created | Wrote | Resized | Synced | Removed | Said

LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
FD = re.compile(r"(?P<number>\d+)<(?P<path>[^>]*)>")
STDOUT = "1"


def read(log: Path, directory: Path) -> list[Call]:
    """The calls of a record, see `tracing.recording`, in the order in which they were over.

    What was said counts from when it began to be said: a reader may have it before the call is over.
    """
    known: set[str] = set()
    calls = []
    for name, arguments, result in _completed(log):
        call = _call(name, arguments, result, directory, known)
        if isinstance(call, Created):
            known.add(call.name)
        if isinstance(call, Removed):
            known.discard(call.name)
        calls += [call] if call is not None else []
    return calls


def _completed(log: Path) -> Iterator[tuple[str, str, int]]:
    """Name, arguments and result of each call that succeeded; of what is said, when it began."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii") as lines:
        for line in lines:
            thread, rest = _split(line)
            if rest.endswith(UNFINISHED):
                rest = rest.removesuffix(UNFINISHED)
                if rest.startswith(f"write({STDOUT}<"):
                    rest += ") = 0"  # whatever it will come to
                else:
                    begun[thread] = rest
            elif resumed := RESUMED.match(rest):
                rest = begun.pop(thread, "") + rest[resumed.end() :]
            found = CALL.match(rest)
            if found and int(found["result"]) >= 0:
                yield found["name"], found["arguments"], int(found["result"])


def _split(line: str) -> tuple[str, str]:
    found = LINE.match(line)
    assert found, line
    return found["thread"], found["rest"].rstrip()


def _call(name: str, arguments: str, result: int, directory: Path, known: set[str]) -> Call | None:
    """What it did to the directory, or said; None when neither."""
    if name == "openat":
        opened = _inside(arguments.split(", ")[1].strip('"'), directory)
        return Created(opened) if opened and "O_CREAT" in arguments and opened not in known else None
    if name in ("unlink", "rename"):
        touched = _inside(arguments.split(", ")[0].strip('"'), directory)
        assert not (touched and name == "rename"), "a file was renamed, of which the model knows nothing"
        return Removed(touched) if touched else None
    fd = FD.match(arguments)
    assert fd, arguments
    if name == "write" and fd["number"] == STDOUT:
        return Said(_text(arguments).decode().strip())
    touched = _inside(fd["path"], directory)
    return None if touched is None else _touching(name, touched, arguments, result)


def _touching(name: str, touched: str, arguments: str, result: int) -> Call:
    last = arguments.rpartition(", ")[2]
    if name == "pwrite64":
        return Wrote(touched, int(last), _text(arguments)[:result])
    if name == "ftruncate":
        return Resized(touched, int(last))
    assert name in ("fsync", "fdatasync"), f"{name} of {touched}, of which the model knows nothing"
    return Synced(touched)


def _text(arguments: str) -> bytes:
    return _bytes(arguments.partition('"')[2].rpartition('"')[0])


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _inside(text: str, directory: Path) -> str | None:
    """The name in the directory, empty for itself; None for what is elsewhere."""
    path = Path(_bytes(text).decode())
    if path == directory:
        return ""
    return path.name if path.parent == directory else None
