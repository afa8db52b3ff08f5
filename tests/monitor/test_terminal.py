"""Text on streams that take it, take some of it, or take none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import TextIO

import pytest

from monitor.terminal import complain, say


class Bytes(io.BytesIO):
    """Keeps what was written when the text around it is closed."""

    def close(self) -> None:
        self.flush()


@contextmanager
def output(stream: TextIO | None) -> Iterator[None]:
    with redirect_stdout(stream), redirect_stderr(stream):
        yield


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("utf-8", "Zürich … 5\n".encode()), ("ascii", b"Z?rich ? 5\n"), ("latin-1", b"Z\xfcrich ? 5\n")],
)
@pytest.mark.parametrize("tell", [say, complain])
def test_what_a_stream_has_no_bytes_for_is_a_question_mark(
    tell: Callable[[str], object], encoding: str, written: bytes
) -> None:
    kept = Bytes()
    with io.TextIOWrapper(kept, encoding=encoding, newline="\n") as stream, output(stream):
        tell("Zürich … 5")
    assert kept.getvalue() == written


def test_half_a_character_is_a_question_mark() -> None:
    kept = Bytes()
    with io.TextIOWrapper(kept, encoding="utf-8", newline="\n") as stream, output(stream):
        assert say("seen: \udc80")
    assert kept.getvalue() == b"seen: ?\n"


def test_what_was_written_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert say("hello")
    assert capsys.readouterr().out == "hello\n"


def test_what_was_closed_before_we_began_takes_nothing() -> None:
    with output(None):
        complain("hello")
        assert not say("hello")


def test_a_full_disk_takes_nothing() -> None:
    with (
        suppress(OSError),  # when it is closed, it tries again to write what it holds
        Path("/dev/full").open("w", encoding="utf-8") as full,
        output(full),
    ):
        complain("hello")
        assert not say("hello")
