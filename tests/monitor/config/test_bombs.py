"""Files made to hurt: each is refused, and none is ever expanded."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest

from monitor.config.tree import MAX_DEPTH, MAX_NODES
from tests.monitor.config.texts import Refuse


def bomb(level: str) -> str:
    """Nine levels of YAML of which each names the one before nine times, or ever so many times in all."""
    names = string.ascii_lowercase[:10]
    levels = (f"{name}: &{name} {level.format(', '.join([f'*{before}'] * 9))}" for before, name in pairwise(names))
    return "a: &a {x: 1}\n" + "\n".join(levels) + "\n"


def test_an_alias_bomb_is_refused_alias_by_alias(refused: Refuse) -> None:
    faults = refused(bomb("[{}]"))
    assert sum("aliases are not supported" in fault for fault in faults) == 81


def test_a_merge_key_bomb_is_refused_key_by_key(refused: Refuse) -> None:
    faults = refused(bomb("{{<<: [{}]}}"))
    assert sum("merge keys are not supported" in fault for fault in faults) == 9
    assert not any("aliases" in fault for fault in faults)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "? [", "{? "])
def test_deep_nesting_is_one_fault(refused: Refuse, opening: str) -> None:
    assert refused(opening * 100_000) == [f"probes.yaml:1: this is nested deeper than {MAX_DEPTH} levels"]


def test_a_file_of_too_many_values_is_one_fault(refused: Refuse) -> None:
    text = "[" + "1," * (MAX_NODES + 1) + "]"
    assert refused(text) == [f"probes.yaml:1: the file holds more than {MAX_NODES} values"]


def test_a_long_value_is_cut_in_the_middle(refused: Refuse) -> None:
    text = "components: {api: {probes: {health: {http: https://api.test/, interval: " + "9" * 5000 + "x}}}}"
    (fault,) = refused(text)
    assert len(fault) < 400
    assert fault.endswith("500ms, 30s, 5m, 1h, 7d")


def test_numbers_without_end_stay_text(refused: Refuse) -> None:
    text = "components: {api: {probes: {health: {http: https://api.test/, failure_threshold: " + "9" * 5000 + "}}}}"
    (fault,) = refused(text)
    assert "is not a whole number" in fault
