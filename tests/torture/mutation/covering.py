"""What is mutated, and which tests are to notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

CORE = "monitor/core"
GUARD = "exporter/webhooks/guard.py"
TESTS_OF_CORE = "tests/monitor/core"
TESTS_OF_GUARD = "tests/exporter/webhooks"

APART = frozenset({"histogram", "sketch", "trend"})  # of latencies, which is no decision
BY_CHANCE = ("test_invariants", "test_invariants_of_people")  # whole stories drawn at random: thorough, but slow
TOO_SLOW = "test_false_alarms"  # statistics of thousands of stories
LEAVES: Mapping[str, tuple[str, ...]] = {  # what no story leads to → its tests
    "budget": ("test_budget", "test_reporting"),
    "days": ("test_days",),
    "fanout": ("test_fanout",),
    "keys": ("test_keys",),
    "recurring": ("test_ids",),
    "redaction": ("test_redaction",),
    "reporting": ("test_reporting",),
    "subscribing": ("test_subscribing", "test_fanout"),
    "uptime": ("test_uptime", "test_budget", "test_days", "test_reporting", "test_invariants"),
}


def mutated(root: Path) -> list[str]:
    """The files, as paths from the root of a copy of the product."""
    core = sorted(path.stem for path in (root / CORE).glob("*.py") if path.stem not in APART)
    return [*(f"{CORE}/{stem}.py" for stem in core), GUARD]


def covering(root: Path, path: str) -> list[str]:
    """The test modules that are to notice a mistake in a file: those nearest to it first, the slowest last."""
    if path == GUARD:
        return sorted(str(test.relative_to(root)) for test in (root / TESTS_OF_GUARD).glob("test_guard*.py"))
    stem = Path(path).stem
    names = LEAVES.get(stem) or _stories(root, f"test_{stem}")
    return [f"{TESTS_OF_CORE}/{name}.py" for name in names]


def _stories(root: Path, nearest: str) -> Sequence[str]:
    elsewhere = {TOO_SLOW, *BY_CHANCE, *(name for names in LEAVES.values() for name in names)} - {nearest}
    found = {path.stem for path in (root / TESTS_OF_CORE).glob("test_*.py")} - elsewhere
    return [*sorted(found, key=lambda name: (name != nearest, name)), *BY_CHANCE]
