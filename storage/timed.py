"""Which runs latencies are of: those that worked and were timed, told of rows and of what was read."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.core.model import PHASES, Verdict

WORKED = (Verdict.PASS, Verdict.SLOW)

TIMED = f"""
    verdict IN ({", ".join(f"'{verdict}'" for verdict in WORKED)}) AND coalesce({", ".join(PHASES)}) IS NOT NULL
"""


def is_timed(verdict: str, phases: Iterable[int | None]) -> bool:
    """The same as TIMED of a row; a phase is None that was not reached or does not apply."""
    return verdict in WORKED and any(phase is not None for phase in phases)
