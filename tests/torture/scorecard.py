"""What a case says of itself, and what is said of it in the end."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias


class Unavailable(Exception):
    """A tool or a right is missing here; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of a case is run: a part of it, whose times are figures only, or the whole."""

    part: bool
    seed: int

    def trials(self, part: int, whole: int) -> int:
        return part if self.part else whole

    def chance(self, case: str) -> random.Random:
        """The same for the same seed, whichever other cases run."""
        return random.Random(f"{self.seed} {case}")

    def judged(self, what: str, seconds: Sequence[float], bound: float) -> list[str]:
        """A sentence when any of them took longer than the bound; never in a part, where the machine is shared."""
        over = sorted((taken for taken in seconds if taken > bound), reverse=True)
        if self.part or not over:
            return []
        return [
            f"{what} took longer than {bound:g} s in {len(over)} of {len(seconds)} trials, at most {over[0]:.2f} s"
        ]


@dataclass(frozen=True, slots=True)
class Score:
    """What a case came to.

    Args:
        trials: how often the bad thing was done, and did happen.
        lost: sentences, each of which names something that must not be; none when all is well.
        figures: name → value with its unit.
    """

    trials: int
    lost: Sequence[str]
    figures: Mapping[str, str]


Run: TypeAlias = Callable[[Scale], Awaitable[Score]]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of bad day.

    Args:
        limit: seconds that the whole of it may take; longer is a failure.
    """

    name: str
    passes_when: str
    run: Run
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A case that was run, or could not be."""

    case: Case
    score: Score | None
    unavailable: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return self.score is not None and bool(self.score.lost)

    @property
    def said(self) -> str:
        if self.score is None:
            return f"cannot run here: {self.unavailable}"
        return "FAILED" if self.failed else "passed"


def spread(seconds: Sequence[float]) -> str:
    """Median and maximum, to be a figure."""
    return f"p50 {median(seconds):.2f} s, max {max(seconds):.2f} s" if seconds else "never seen"


def shown(verdict: Verdict) -> str:
    """The lines of a case in the scorecard."""
    lines = [f"{verdict.case.name}: {verdict.said}", f"  passes when: {verdict.case.passes_when}"]
    if verdict.score is not None:
        lines.append(f"  trials: {verdict.score.trials}; seconds: {verdict.seconds:.0f}")
        lines += [f"  {name}: {value}" for name, value in verdict.score.figures.items()]
        lines += [f"  lost: {sentence}" for sentence in verdict.score.lost]
    return "\n".join(lines)


def document(verdict: Verdict) -> dict[str, object]:
    """The same for programs."""
    score = verdict.score
    return {
        "case": verdict.case.name,
        "passes_when": verdict.case.passes_when,
        "outcome": verdict.said,
        "seconds": round(verdict.seconds, 1),
        "trials": score.trials if score else 0,
        "lost": list(score.lost) if score else [],
        "figures": dict(score.figures) if score else {},
    }
