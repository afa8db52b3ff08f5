"""The mutator itself: a line of code in, the mistakes that are made of it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.mutation.covering import TESTS_OF_CORE, covering, mutated
from tests.torture.mutation.judging import ROOT, Fate, Tree
from tests.torture.mutation.mutants import Mutant, mutants

RULE = "monitor/core/days.py"
SOUND = "def may(age: int) -> bool:\n    return age >= 18\n"
TEST = "from monitor.core.days import may\n\n\ndef test_it() -> None:\n    assert may(18)\n    assert may(19)\n"


def made_of(source: str) -> list[str]:
    return [f"{mutant.was} → {mutant.now}" for mutant in mutants(RULE, source)]


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("a < b", ["a < b → pass", "a < b → a <= b", "a < b → a >= b"]),
        ("x = a <= b", ["a <= b → a < b", "a <= b → a > b"]),
        ("x = a > b", ["a > b → a >= b", "a > b → a <= b"]),
        ("x = a >= b", ["a >= b → a > b", "a >= b → a < b"]),
        ("x = a == b", ["a == b → a != b"]),
        ("x = a is not b", ["a is not b → a is b"]),
        ("x = a in b", ["a in b → a not in b"]),
        ("x = a < b == c", ["a < b == c → a <= b == c", "a < b == c → a >= b == c", "a < b == c → a < b != c"]),
        ("x = 7", ["7 → 8", "7 → 6"]),
        ("x = True", ["True → False"]),
        ("x = a and b", ["a and b → a or b"]),
        ("x = a or b", ["a or b → a and b"]),
        ("x = not a", ["not a → a"]),
        ("x = a + b", ["a + b → a - b"]),
        ("x = a // b", ["a // b → a * b"]),
        ("x = min(a, b)", ["min(a, b) → max(a, b)"]),
        ("x = all(a)", ["all(a) → any(a)"]),
        ("x = a if b else c", ["b → not b"]),
        ("x.y = a", ["x.y = a → pass"]),
        ("x += a", ["x += a → x -= a", "x += a → pass"]),
        ("raise a", ["raise a → pass"]),
        ("def f():\n    return a", ["return a → return None"]),
        ("def f():\n    if a.b:\n        return\n    c()", ["a.b → not a.b", "return → pass", "c() → pass"]),
    ],
)
def test_a_piece_of_code_has_its_mistakes(source: str, made: list[str]) -> None:
    assert made_of(source) == made


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""',
        "x: tuple[int, 3] = a",
        "X: TypeAlias = A | B",
        "@made(3)\nclass A: ...",
        "assert a < b",
        "x = zip(a, b, strict=True)",
        'x = f"{a + 1}"',
        "x = 'text'",
        "def f():\n    return None",
        "def f(a: 3) -> 4: ...",
        "x = 1.5",
    ],
)
def test_what_does_nothing_or_says_the_same_is_left_alone(source: str) -> None:
    assert made_of(source) == []


def test_a_mutant_is_the_whole_file_with_one_thing_changed_also_behind_letters_of_several_bytes() -> None:
    source = 'x = "…", a < b  # …\ny = c\n'
    assert [mutant.source for mutant in mutants(RULE, source)] == [
        'x = "…", (a <= b)  # …\ny = c\n',
        'x = "…", (a >= b)  # …\ny = c\n',
    ]
    assert str(mutants(RULE, source)[0]) == f"{RULE}:1: `a < b` became `a <= b`"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A product of one rule, whose tests forget who is too young."""
    packages = ("monitor/__init__.py", "monitor/core/__init__.py")
    for file, text in ((RULE, SOUND), (f"{TESTS_OF_CORE}/test_days.py", TEST), *((each, "") for each in packages)):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for copied in (ROOT / "pyproject.toml", ROOT / "tests/torture/mutation/hasty.py"):
        (tmp_path / copied.name).write_text(copied.read_text(encoding="utf-8"), encoding="utf-8")
    return Tree(tmp_path)


@pytest.mark.parametrize(
    ("now", "fate"),
    [("age > 18", Fate.KILLED), ("age >= 17", Fate.SURVIVED)],
    ids=["noticed", "not noticed"],
)
async def test_a_mutant_is_killed_by_a_test_that_fails_and_leaves_no_trace(tree: Tree, now: str, fate: Fate) -> None:
    mutant = Mutant(RULE, 2, "age >= 18", now, SOUND.replace("age >= 18", now))
    assert await tree.judged(mutant) is fate
    assert (tree.root / RULE).read_text(encoding="utf-8") == SOUND


def test_every_file_that_is_mutated_has_tests_that_are_there() -> None:
    for path in mutated(ROOT):
        assert all((ROOT / module).exists() for module in covering(ROOT, path))
        assert covering(ROOT, path)


def test_the_tests_that_are_nearest_to_a_rule_come_first_and_the_slowest_last() -> None:
    modules = [Path(module).stem for module in covering(ROOT, "monitor/core/ids.py")]
    assert modules[0] == "test_ids"
    assert modules[-1] == "test_invariants_of_people"
