"""A disk whose power is cut: what may be on it then.

The model is that of POSIX, stricter than ext4 or XFS in their usual modes:

- What was written to a file before the last fsync or fdatasync of it that was over is there.
- Of each sector written since then, any of its states is there: as it was synced, or after any of the writes since,
  each sector by itself. So writes are torn, reordered and lost.
- The size of a file is any that it has had since then; where it grew and no sector came, there are zeros.
- Files come and go in the order in which they did, but only what the directory's last fsync covers is certain. Of
  what came since, some first part is there.
- What is mapped into memory (-shm) is noise.

A sector (512 or 4096 bytes) is there whole or not at all.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.calls import Call, Created, Removed, Resized, Said, Synced, Wrote

SECTORS = (512, 4096)
MAPPED = "-shm"


@dataclass
class _File:
    """As it was synced last, and what was done to it since."""

    stable: bytes = b""
    since: list[Wrote | Resized] = field(default_factory=list)

    @property
    def newest(self) -> bytearray:
        content = bytearray(self.stable)
        for call in self.since:
            _apply(content, call)
        return content

    def sync(self) -> None:
        self.stable, self.since = bytes(self.newest), []

    def after_cut(self, chance: random.Random, sector: int) -> bytes:
        """What may be there: each sector in one of its states, cut or filled to one of the sizes."""
        content = bytearray(self.stable)
        states: dict[int, list[bytes]] = {}
        sizes = [len(content)]
        for call in self.since:
            before = len(content)
            _apply(content, call)
            sizes.append(len(content))
            for start in _touched(call, before, sector):
                states.setdefault(start, []).append(bytes(content[start : start + sector]))
        left = bytearray(self.stable)
        for start, later in states.items():
            here = chance.choice([bytes(self.stable[start : start + sector]), *later])
            left.extend(bytes(max(0, start + sector - len(left))))
            left[start : start + sector] = here.ljust(sector, b"\0")
        size = chance.choice(sizes)
        return bytes(left[:size]).ljust(size, b"\0")


class Disk:
    """A directory on a disk. `acknowledged` are the lines that were said so far."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self._names: dict[str, _File] = {}  # as a process sees them
        self._synced: dict[str, _File] = {}  # as the directory was synced last
        self._since: list[tuple[str, _File | None]] = []  # names that came or, with None, went since then

    def take(self, call: Call) -> None:
        """Let it happen."""
        match call:
            case Said(line):
                self.acknowledged.append(line)
            case Created(name):
                self._names[name] = _File()
                self._since.append((name, self._names[name]))
            case Removed(name):
                del self._names[name]
                self._since.append((name, None))
            case Synced(""):
                self._synced, self._since = dict(self._names), []
            case Synced(name):
                self._names[name].sync()
            case Wrote(name) | Resized(name):
                self._names[name].since.append(call)

    @property
    def unsynced(self) -> int:
        """How many calls a cut could undo, but for those on what is noise anyway."""
        files = (file for name, file in self._names.items() if not name.endswith(MAPPED))
        return len(self._since) + sum(len(file.since) for file in files)

    def cut(self, directory: Path, chance: random.Random) -> None:
        """Lay down in an empty directory what may be there after a cut at this moment."""
        sector = chance.choice(SECTORS)
        for name, file in self._after_cut(chance).items():
            content = file.after_cut(chance, sector)
            directory.joinpath(name).write_bytes(chance.randbytes(len(content)) if name.endswith(MAPPED) else content)

    def _after_cut(self, chance: random.Random) -> dict[str, _File]:
        names = dict(self._synced)
        for name, file in self._since[: chance.randint(0, len(self._since))]:
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file
        return names


def _apply(content: bytearray, call: Wrote | Resized) -> None:
    size = call.size if isinstance(call, Resized) else call.offset
    content.extend(bytes(max(0, size - len(content))))
    if isinstance(call, Resized):
        del content[size:]
    else:
        content[size : size + len(call.content)] = call.content


def _touched(call: Wrote | Resized, before: int, sector: int) -> Sequence[int]:
    """Where the sectors begin that the call changed, given the size before it."""
    if isinstance(call, Resized):
        first, end = min(before, call.size), max(before, call.size)
    else:
        first, end = min(before, call.offset), call.offset + len(call.content)
    return range(first // sector * sector, end, sector)
