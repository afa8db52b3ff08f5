"""Every promise has a check, and every check that is named exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from bench.__main__ import BENCHES
from tests.torture.cases import CASES

HERE = Path(__file__).parent.parent
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in (HERE / "docs" / "promises.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]
CHECKS = [(promise, check) for promise, how, _ in ROWS for check in re.findall(r"`([^`]+)`", how)]


@cache
def named_in(path: Path) -> frozenset[str]:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def exists(check: str) -> bool:
    """Whether there is such a test, bad day or measurement."""
    sort, _, name = check.partition(" ")
    if sort == "torture":
        return (HERE / "tests" / "torture" / "cases" / f"{name}.py").is_file()
    if sort == "bench":
        return name in BENCHES
    path, _, test = check.partition("::")
    return test in named_in(HERE / path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_promise_is_a_sentence_with_a_check_and_a_bound(row: tuple[str, ...]) -> None:
    promise, how, bound = row
    assert promise.endswith(".")
    assert re.fullmatch(r"`[^`]+`(, `[^`]+`)*", how)
    assert bound


@pytest.mark.parametrize(("promise", "check"), CHECKS)
def test_a_check_that_is_named_exists(promise: str, check: str) -> None:
    assert exists(check), f"{promise} There is no {check}"


@pytest.mark.parametrize("check", ["torture nothing", "bench nothing", "tests/test_run.py::test_nothing", "tests"])
def test_a_check_that_is_not_there_is_noticed(check: str) -> None:
    assert not exists(check)


@pytest.mark.parametrize(
    "check", [*(f"torture {case.name}" for case in CASES), *(f"bench {name}" for name in BENCHES)]
)
def test_every_bad_day_and_measurement_stands_for_a_promise(check: str) -> None:
    assert check in {named for _, named in CHECKS}
