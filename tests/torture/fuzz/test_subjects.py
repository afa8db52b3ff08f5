"""What is fuzzed stands: each seed is taken or refused as it is meant to be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture.fuzz.mutation import mutated
from tests.torture.fuzz.requests import COUNTER
from tests.torture.fuzz.subject import Subject
from tests.torture.fuzz.subjects import SUBJECTS

EACH = [
    *((subject, given, True) for subject in SUBJECTS.values() for given in subject.taken),
    *((subject, given, False) for subject in SUBJECTS.values() for given in subject.refused),
]


@pytest.fixture(scope="module", autouse=True)
def _stands_down() -> Iterator[None]:
    yield
    COUNTER.close()


@pytest.mark.parametrize(("subject", "given", "taken"), EACH)
def test_a_seed_is_taken_or_refused_as_it_is_meant_to_be(subject: Subject, given: bytes, taken: bool) -> None:
    assert subject.ask(given) is taken


def test_json_stays_json_while_it_changes() -> None:
    given = b'POST /\n\n{"a": [1, {"b": "c"}]}'
    changed = {mutated(given, 4_096, seed, ["known"], lambda _, __: b"bytes") for seed in range(200)}
    assert b"bytes" in changed
    assert len(changed) > 50
    assert all(each == b"bytes" or each.startswith(b"POST /\n\n") for each in changed)


@pytest.mark.parametrize("given", [b"", b"no: json", b"[" * 600 + b"]" * 600, b"9" * 5_000])
def test_what_cannot_be_changed_as_json_is_changed_by_bytes(given: bytes) -> None:
    assert mutated(given, 1, 1, [], lambda _, __: b"bytes") == b"bytes"
