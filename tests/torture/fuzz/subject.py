"""What is fuzzed: something that takes bytes from strangers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One door to strangers.

    Args:
        ask: hands over an input, and says whether it was taken; raises only for a fault of ours.
        taken: inputs to begin with that are taken.
        refused: others that are not.
        words: what inputs are made of, and chance alone would not find.
        longest: bytes of an input.
    """

    ask: Callable[[bytes], bool]
    taken: Sequence[bytes]
    refused: Sequence[bytes]
    words: Sequence[str] = ()
    longest: int = 4_096

    @property
    def seeds(self) -> Sequence[bytes]:
        return (*self.taken, *self.refused)
