"""What is said of a subject that was fuzzed."""

from __future__ import annotations

from pathlib import Path

from tests.torture.fuzz.fuzzing import Fuzzed, _outcome

WELL = "#2\tINITED cov: 7 ft: 9 corp: 1/1b\n#9\tNEW    cov: 12 ft: 20 corp: 2/9b\nDone 250 runs in 6 second(s)\n"
RAISED = """#2\tINITED cov: 7 ft: 9 corp: 1/1b
 === Uncaught Python exception: ===
Traceback (most recent call last):
  File "config.py", line 1, in load
KeyError: 'interval'
==12== ERROR: libFuzzer: fuzz target exited
"""


def test_inputs_are_counted_and_branches_are_those_reached_in_the_end(tmp_path: Path) -> None:
    assert _outcome("config", 0, WELL, tmp_path) == Fuzzed(inputs=250, reached=12, fault="")


def test_a_fault_is_told_with_its_input(tmp_path: Path) -> None:
    (tmp_path / "crash-0123").write_bytes(b"a: \x00")
    told = _outcome("config", 77, RAISED, tmp_path).fault
    assert told.startswith(r"config: crash on b'a: \x00': ")
    assert told.endswith("KeyError: 'interval'")


def test_fuzzing_that_ends_before_its_time_is_a_fault(tmp_path: Path) -> None:
    assert _outcome("config", 1, "no such subject", tmp_path).fault == "config: fuzzing left with 1: no such subject"
    assert _outcome("config", 0, "", tmp_path).fault
