"""Copies of the product in which mutants live, and the tests that are to kill them."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.torture.mutation import hasty
from tests.torture.mutation.covering import covering
from tests.torture.mutation.mutants import Mutant

ROOT = Path(__file__).parents[3]
COPIED = ("monitor", "exporter", "storage", "tests")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "torture", "browser", "clients")
PYTEST = ("-m", "pytest", "-x", "-q", "--noconftest", "-o", "timeout=0", "-p", "no:cacheprovider", "-p", "no:xdist")
HASTY = ("-p", hasty.__name__.rpartition(".")[2], f"--hypothesis-profile={hasty.PROFILE}")
MOST_CPU = 40  # seconds, some five times what all tests of a file take; whoever needs more goes round in circles
MOST_MEMORY = 2**31  # bytes
MOST_TIME = 600.0  # seconds: a test that waits for what a mutant never does
SAYS_NOTHING = (4, 5, -signal.SIGKILL)  # exit codes: asked wrongly, no tests found, ended by somebody else


class Fate(Enum):
    SURVIVED = "survived"
    KILLED = "killed by a test"
    ENDLESS = "killed by the time limit"


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy of the product and its tests; one mutant lives there at a time."""

    root: Path

    @classmethod
    def planted(cls, root: Path) -> Tree:
        """A copy of what we stand on."""
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=LEFT_BEHIND)
        for file in (ROOT / "pyproject.toml", Path(hasty.__file__)):
            shutil.copy(file, root)
        return cls(root)

    async def judged(self, mutant: Mutant) -> Fate:
        """What the tests of its file say of it."""
        path = self.root / mutant.path
        sound = path.read_text(encoding="utf-8")
        self._write(path, mutant.source)
        try:
            return await self.tested(covering(self.root, mutant.path))
        finally:
            self._write(path, sound)

    async def tested(self, modules: Sequence[str]) -> Fate:
        """What these tests say of the product as it is in this tree."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(*PYTEST, *HASTY, *modules),
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_bound,
        )
        try:
            async with asyncio.timeout(MOST_TIME):
                said, _ = await process.communicate()
        except TimeoutError:
            return Fate.ENDLESS
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode not in SAYS_NOTHING, said.decode(errors="replace")
        if process.returncode == -signal.SIGXCPU:
            return Fate.ENDLESS
        return Fate.KILLED if process.returncode else Fate.SURVIVED

    def _write(self, path: Path, source: str) -> None:
        """With what was compiled of it before: that is known by second and size alone, and both may be the same."""
        path.write_text(source, encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
