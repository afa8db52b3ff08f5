"""What of saved values is kept out of sight."""

from __future__ import annotations

from monitor.probers.steps.saving import MOST_LOOKED_AT, secrets


def test_texts_and_numbers_may_be_secrets_the_newest_first() -> None:
    saved = [{"a": ["nested", 1]}, "oldest", 12, True, None]
    assert list(secrets(saved)) == ["None", "True", "12", "oldest", "nested", "1"]


def test_what_was_saved_by_itself_is_known_before_what_is_nested_in_large_values() -> None:
    large = {str(number): f"number {number:08}" for number in range(100_000)}
    known = list(secrets(["a-token-of-its-own", large]))
    assert (known[0], len(known)) == ("a-token-of-its-own", MOST_LOOKED_AT - 1)


def test_of_values_that_hold_nothing_only_so_many_are_looked_at() -> None:
    empty: list[object] = [[] for _ in range(100_000)]
    assert list(secrets(["a-token", empty])) == ["a-token"]
