"""strace around a process: calls that it is made to fail in, and a record of those it made."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from storage.opening import DATABASE
from tests.torture.scorecard import Unavailable

STRACE = ("strace", "--follow-forks")
FAST = "--seccomp-bpf"  # stops at no other calls; a signal cannot be injected so
RECORDED = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename"
WHOLE = "1000000"  # bytes of a string that are recorded: all of them
WRITES = "pwrite64,write,ftruncate"
SYNCS = "fsync,fdatasync"
FAILED = "(INJECTED)"
KILLED = "killed by SIGKILL"


def require_tracing() -> None:
    """Raises Unavailable where processes cannot be traced."""
    if shutil.which(STRACE[0]) is None:
        raise Unavailable("strace is not installed")
    tried = subprocess.run([*STRACE, "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise Unavailable(f"strace may not trace a process here: {tried.stderr.strip()}")


def injecting(log: Path, data: Path, calls: str, effect: str, when: str) -> tuple[str, ...]:
    """A wrapper for a process: of such calls on the database in `data`, those counted by `when` have this effect.

    Args:
        log: has a line for each call, see `happened`.
        effect: as strace takes it, `error=EIO` or `signal=SIGKILL`.
        when: a number, or `first..last`; each thread counts by itself.
    """
    names = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
    paths = [argument for name in names for argument in ("-P", str(data / name))]
    injected = f"inject={calls}:{effect}:when={when}"
    return (*STRACE, "-o", str(log), *paths, "-e", f"trace={calls}", "-e", injected)


def happened(log: Path) -> int:
    """How many calls have failed, or ended their process, so far."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return text.count(FAILED) + (KILLED in text)


def recording(log: Path) -> Sequence[str]:
    """A wrapper for a process that records its calls with all that they wrote, in hex, for `calls.read`."""
    return (*STRACE, FAST, "-y", "-xx", "-s", WHOLE, "-o", str(log), "-e", f"trace={RECORDED}")
