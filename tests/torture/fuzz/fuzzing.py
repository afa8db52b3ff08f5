"""A subject fuzzed by atheris in a process of its own, and what came of it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.torture.scorecard import Unavailable

SLOWEST = 10  # seconds for one input, in which each line that is reached is counted too
LARGEST = 2_048  # MiB of memory
GRACE = 60.0  # seconds beyond its time for it to begin and to end
ARTIFACTS = ("crash-*", "timeout-*", "oom-*")
LAST = 4  # lines of what was said that are told

_DONE = re.compile(r"Done (\d+) (?:runs )?in (\d+)")
_REACHED = re.compile(r"cov: (\d+) ft: (\d+)")


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What came of a subject.

    Args:
        inputs: how many were tried.
        reached: branches of ours that some input took.
        fault: a sentence with the input that was too much; empty when none was.
    """

    inputs: int
    reached: int
    fault: str


def require_atheris() -> None:
    """Raises Unavailable where there is none."""
    if find_spec("atheris") is None:
        raise Unavailable("atheris is not installed; it has wheels for CPython on Linux")


async def fuzz(subject: str, *, seed: int, inputs: int, seconds: int) -> Fuzzed:
    """Try so many inputs, for at most so many seconds."""
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "corpus").mkdir()
        fuzzing = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.torture.fuzz", subject, f"{folder}/words", f"{folder}/corpus"),
            *(f"-seed={seed + 1}", f"-runs={inputs}", f"-max_total_time={seconds}", f"-timeout={SLOWEST}"),
            *(f"-rss_limit_mb={LARGEST}", f"-artifact_prefix={folder}/"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "TMPDIR": folder},
        )
        try:
            async with asyncio.timeout(seconds + GRACE):
                output, _ = await fuzzing.communicate()
        finally:
            if fuzzing.returncode is None:
                fuzzing.kill()
                await fuzzing.wait()
        return _outcome(subject, fuzzing.returncode or 0, output.decode(errors="replace"), Path(folder))


def _outcome(subject: str, code: int, said: str, folder: Path) -> Fuzzed:
    done, reached = _DONE.search(said), _REACHED.findall(said)
    fault = "" if code == 0 and done else _fault(subject, code, said, folder)
    return Fuzzed(int(done[1]) if done else 0, int(reached[-1][0]) if reached else 0, fault)


def _fault(subject: str, code: int, said: str, folder: Path) -> str:
    """The input that was left, and what was said of it; where none was left, it never came to one."""
    found = [path for pattern in ARTIFACTS for path in folder.glob(pattern)]
    _, raised, story = said.partition("Uncaught Python exception: ===")
    lines = [line for line in (story.partition("==")[0] if raised else said).splitlines() if line.strip()]
    words = " / ".join(lines[-LAST:])
    if not found:
        return f"{subject}: fuzzing left with {code}: {words}"
    return f"{subject}: {found[0].name.partition('-')[0]} on {found[0].read_bytes()!r}: {words}"
