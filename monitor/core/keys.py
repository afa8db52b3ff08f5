"""The text of an API key: a prefix that says what it is for, random characters, and a checksum.

The checksum lets a mistyped key be told from an unknown one without asking the store, and secret scanners be sure.
"""

from __future__ import annotations

import re
from hashlib import sha256
from string import ascii_lowercase, ascii_uppercase, digits
from zlib import crc32

LIVE = "jk_live_"
TEST = "jk_test_"
PREFIXES = (LIVE, TEST)

ALPHABET = digits + ascii_uppercase + ascii_lowercase
RANDOM_CHARACTERS = 30
CHECKSUM_CHARACTERS = 6  # 62⁶ is more than 2³²
RANDOM_BYTES = 64  # so many that less than 1 key in 10³⁴ finds too few of use among them

_EVEN = 256 - 256 % len(ALPHABET)  # bytes from here on would make the first characters likelier than the rest
_SHAPE = re.compile(rf"({'|'.join(PREFIXES)})[0-9A-Za-z]{{{RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}}")


def key_text(prefix: str, random_bytes: bytes) -> str:
    """A new key.

    Args:
        prefix: "jk_live_" or "jk_test_".
        random_bytes: RANDOM_BYTES of them.

    Raises:
        ValueError: the prefix is unknown, or too few of the bytes are of use.
    """
    if prefix not in PREFIXES:
        raise ValueError(f"no key begins with {prefix!r}")
    characters = [ALPHABET[byte % len(ALPHABET)] for byte in random_bytes if byte < _EVEN]
    if len(characters) < RANDOM_CHARACTERS:
        raise ValueError("too few random bytes for a key")
    text = prefix + "".join(characters[:RANDOM_CHARACTERS])
    return text + _checksum(text)


def well_formed(text: str) -> bool:
    """Whether this could be a key: the right shape, and the right checksum."""
    if not _SHAPE.fullmatch(text):
        return False
    return text[-CHECKSUM_CHARACTERS:] == _checksum(text[:-CHECKSUM_CHARACTERS])


def digest(text: str) -> str:
    """What is kept of a key: SHA-256 in hex. Enough by itself, as a key is too random to be guessed."""
    return sha256(text.encode()).hexdigest()


def last_four(text: str) -> str:
    """What people tell their keys apart by."""
    return text[-4:]


def _checksum(text: str) -> str:
    rest, written = crc32(text.encode()), ""
    for _ in range(CHECKSUM_CHARACTERS):
        rest, digit = divmod(rest, len(ALPHABET))
        written = ALPHABET[digit] + written
    return written
