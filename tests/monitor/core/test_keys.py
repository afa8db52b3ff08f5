"""The text of an API key."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.keys import ALPHABET, LIVE, RANDOM_BYTES, TEST, digest, key_text, last_four, well_formed

KEY = key_text(LIVE, bytes(range(64)))

keys = st.builds(key_text, st.sampled_from([LIVE, TEST]), st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))


def test_a_key_is_its_prefix_thirty_characters_and_a_checksum() -> None:
    assert KEY == "jk_live_0123456789ABCDEFGHIJKLMNOPQRST1pDszD"


def test_a_test_key_says_so_and_has_another_checksum() -> None:
    assert key_text(TEST, bytes(range(64))) == "jk_test_0123456789ABCDEFGHIJKLMNOPQRST2Xdfnk"


def test_bytes_that_would_make_some_characters_likelier_are_passed_over() -> None:
    assert key_text(LIVE, bytes(range(248, 256)) + bytes(range(30))) == KEY


def test_each_character_stands_for_equally_many_bytes() -> None:
    drawn = [key_text(LIVE, bytes([byte] * 30))[len(LIVE)] for byte in range(248)]
    assert {drawn.count(character) for character in ALPHABET} == {4}


@pytest.mark.parametrize("random_bytes", [b"", bytes(29), b"\xff" * 64, b"\xf8" * 64 + bytes(29)])
def test_too_few_bytes_of_use_make_no_key(random_bytes: bytes) -> None:
    with pytest.raises(ValueError, match="too few random bytes"):
        key_text(LIVE, random_bytes)


@pytest.mark.parametrize("prefix", ["", "jk_", "jk_live", "sk_live_"])
def test_no_key_is_made_with_another_prefix(prefix: str) -> None:
    with pytest.raises(ValueError, match="no key begins with"):
        key_text(prefix, bytes(64))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jk_live_",
        KEY[:-1],
        KEY + "0",
        KEY + "\n",
        " " + KEY,
        KEY.upper(),
        KEY.replace("live", "test"),
        KEY.replace("jk_", "sk_"),
        KEY[:-6] + "000000",
        KEY[:-6] + "zzzzzz",
        KEY[:8] + "٠" + KEY[9:],
        "Bearer " + KEY,
        "jk_live_00000000000000000000000000000001EeHDG",  # the checksum is right, the length is not
        "jk_live_000000000000000000000000000002uprTO",  # the checksum is right, the length is not
        "sk_live_0000000000000000000000000000001yMVfD",  # nor here the prefix
    ],
)
def test_what_no_key_looks_like_is_not_well_formed(text: str) -> None:
    assert not well_formed(text)


@given(keys)
def test_every_key_is_well_formed_and_as_long_as_any_other(key: str) -> None:
    assert well_formed(key)
    assert len(key) == 44


@given(key=keys, place=st.integers(0, 43), character=st.sampled_from(ALPHABET + "_") | st.characters())
def test_any_single_changed_character_is_noticed(key: str, place: int, character: str) -> None:
    changed = key[:place] + character + key[place + 1 :]
    assert well_formed(changed) is (changed == key)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert not well_formed(text)


def test_a_key_is_kept_as_its_sha_256() -> None:
    assert digest(KEY) == sha256(KEY.encode()).hexdigest()


def test_people_see_the_last_four_characters() -> None:
    assert last_four("jk_live_0123abcd") == "abcd"
