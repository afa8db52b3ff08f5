"""What of saved values is kept out of sight."""

from __future__ import annotations

from monitor.probers.steps.saving import LONGEST_PIECE, MOST_PIECES, secrets


def test_texts_and_numbers_may_be_secrets_when_they_are_not_short() -> None:
    saved = ["abcdefgh", "abcdefg", 12345678, 1234567, True, None, {"a": ["nested-secret", 1]}]
    assert list(secrets(saved)) == ["abcdefgh", "12345678", "nested-secret"]


def test_a_long_secret_is_known_by_its_pieces() -> None:
    long = "x" * LONGEST_PIECE + "y" * LONGEST_PIECE + "tail-of-it"
    assert list(secrets([long])) == ["x" * LONGEST_PIECE, "y" * LONGEST_PIECE, "tail-of-it"]


def test_what_was_saved_by_itself_is_known_before_what_is_nested_in_large_values() -> None:
    large = {str(number): f"number {number:08}" for number in range(100_000)}
    known = list(secrets([large, "a-token-of-its-own"]))
    assert (known[0], len(known)) == ("a-token-of-its-own", MOST_PIECES)
