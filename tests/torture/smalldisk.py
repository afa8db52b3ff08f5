"""A disk that is small enough to be filled."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.torture.scorecard import Unavailable

MEBIBYTE = 1024 * 1024
SIZE = 16 * MEBIBYTE
BLOCK = 4096
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    place: Path

    def fill(self) -> None:
        """To the last block."""
        with self.place.joinpath(FILLER).open("ab", buffering=0) as filler:
            for _ in range(SIZE // BLOCK):
                try:
                    filler.write(bytes(BLOCK))
                except OSError as error:
                    if error.errno == errno.ENOSPC:
                        return
                    raise
        raise AssertionError("the disk is larger than it should be")

    def free(self) -> None:
        self.place.joinpath(FILLER).unlink()


@asynccontextmanager
async def small_disk(place: Path) -> AsyncIterator[SmallDisk]:
    """Mounted in that place, which need not be there. Raises Unavailable where that is not allowed."""
    place.mkdir(exist_ok=True)
    code, said = await _ran("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "torture", str(place))
    if code != 0:
        raise Unavailable(f"a small disk cannot be mounted here: {said}")
    try:
        yield SmallDisk(place)
    finally:
        await asyncio.shield(_ran("umount", str(place)))


async def _ran(*command: str) -> tuple[int, str]:
    """Exit code, and what it said."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed") from None
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode().strip()
