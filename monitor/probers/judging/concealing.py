"""What targets gave us is kept out of sight, at a cost that no target can raise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import quote

from yarl import URL

from monitor.core.redaction import REDACTED
from monitor.probers.judging.evidence import MOST_READ, MOST_SEEN

SHORTEST = 8  # characters; anything shorter would black out innocent words
LONGEST_SHORT = 256
MOST_SHORT = 16
MOST_OF_LONG = 2 * MOST_READ  # characters, of all of them
PIECE = 32  # characters; a long text may be cut off where it is seen


class Concealer:
    """Replaces secrets as they are, URL-encoded, or escaped as in JSON.

    A pattern would take the longer the more a target gave us. This looks at each place of a text, for what is known
    to begin as it does there, until enough of it is found to be shown.

    Args:
        secrets: the most important first; of many only the first are known, the short ones before the long.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = [secret for secret in dict.fromkeys(secrets) if len(secret) >= SHORTEST]
        short = _spelled(islice((secret for secret in found if len(secret) <= LONGEST_SHORT), MOST_SHORT))
        long = _spelled(_bounded(secret for secret in found if len(secret) > LONGEST_SHORT))
        self._by_beginning: dict[str, list[str]] = {}
        for spelling in sorted(short | long, key=len, reverse=True):
            self._by_beginning.setdefault(spelling[:SHORTEST], []).append(spelling)
        self._pieces = {piece for spelling in long for piece in _pieces(spelling)}

    def __call__(self, text: str) -> str:
        """As much of it as is ever shown."""
        shown, length, at = list[str](), 0, 0
        while at < len(text) and length < MOST_SEEN:
            concealed = self._concealed(text, at)
            shown.append(REDACTED if concealed else text[at])
            length += len(shown[-1])
            at += concealed or 1
        return "".join(shown)

    def _concealed(self, text: str, at: int) -> int:
        """How many characters there are a secret."""
        for spelling in self._by_beginning.get(text[at : at + SHORTEST], ()):
            if text.startswith(spelling, at):
                return len(spelling)
        end = at
        while end < len(text) and text[end : end + PIECE] in self._pieces:
            end += PIECE
        return end - at


def _bounded(secrets: Iterable[str]) -> Iterator[str]:
    left = MOST_OF_LONG
    for secret in secrets:
        known = secret[: min(left, MOST_READ)]
        left -= len(known)
        if len(known) < SHORTEST:
            return
        yield known


def _spelled(secrets: Iterable[str]) -> set[str]:
    return {spelling for secret in secrets for spelling in _spellings(secret)}


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    escaped = json.dumps(secret)[1:-1]
    yield from (escaped, escaped.replace("/", "\\/"))  # as some escape it, too
    encoded = quote(secret, safe="", errors="replace")
    yield encoded
    url = URL(f"http://x/{encoded}?{encoded}")  # which leaves some as they are that quote encodes
    yield url.raw_path[1:]
    yield url.raw_query_string


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(0, len(text) - SHORTEST + 1, PIECE))
