"""`python -m tests.torture.fuzz SUBJECT DICTIONARY CORPUS [FLAG…]`: fuzz a subject, with flags of libFuzzer."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import atheris

from tests.torture.fuzz.mutation import mutated

WATCHED = ["cronsim", "exporter", "jsonpath_rfc9535", "monitor", "storage"]  # a new branch there is worth more of it


def main() -> None:
    name, dictionary, corpus, *flags = sys.argv[1:]
    with atheris.instrument_imports(include=WATCHED):
        subject = importlib.import_module(f"tests.torture.fuzz.{name}").SUBJECT  # alone: each file takes its time
    for number, seed in enumerate(subject.seeds):
        (Path(corpus) / f"seed-{number}").write_bytes(seed)
    Path(dictionary).write_text("".join(f"{_quoted(word)}\n" for word in subject.words), encoding="ascii")

    def ask(given: bytes) -> None:
        subject.ask(given)

    def change(given: bytes, longest: int, seed: int) -> bytes:
        return mutated(given, longest, seed, subject.words, atheris.Mutate)

    asked = [sys.argv[0], *flags, f"-dict={dictionary}", f"-max_len={subject.longest}", corpus]
    atheris.Setup(asked, ask, custom_mutator=change)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    """As libFuzzer has words in its dictionaries."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"'


if __name__ == "__main__":
    main()
