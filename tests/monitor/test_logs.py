from __future__ import annotations

import logging

from monitor.core.redaction import Redactor
from monitor.logs import RedactingFormatter


def formatted(formatter: RedactingFormatter, record: logging.LogRecord) -> str:
    record.created, record.msecs = 1_796_126_400.0, 7.0
    return formatter.format(record)


def test_an_entry_is_one_line_in_utc_without_secrets() -> None:
    formatter = RedactingFormatter()
    formatter.redact = Redactor(["hunter22"])
    record = logging.LogRecord("monitor", logging.INFO, "file", 1, "logged in with %s", ("hunter22",), None)
    assert formatted(formatter, record) == "2026-12-01T12:00:00.007Z INFO logged in with [redacted]"


def test_secrets_are_taken_out_of_tracebacks_too() -> None:
    formatter = RedactingFormatter()
    formatter.redact = Redactor(["hunter22"])
    error = RuntimeError("hunter22")
    exc_info = (type(error), error, None)
    record = logging.LogRecord("monitor", logging.ERROR, "file", 1, "a bug", (), exc_info)
    assert "RuntimeError: [redacted]" in formatted(formatter, record)


def test_what_a_person_wrote_passes_for_no_other_entry() -> None:
    forged = "done\n2026-12-01T12:00:00.008Z ERROR all is lost\r\u2028\u202e"
    record = logging.LogRecord("monitor", logging.INFO, "file", 1, "%s", (forged,), None)
    first, *others = formatted(RedactingFormatter(), record).split("\n")
    assert first == "2026-12-01T12:00:00.007Z INFO done"
    assert others == ["  2026-12-01T12:00:00.008Z ERROR all is lost  \N{REPLACEMENT CHARACTER}"]


def test_what_an_error_says_passes_for_no_other_entry() -> None:
    error = RuntimeError("lost\n2026-12-01T12:00:00.008Z ERROR all is lost")
    record = logging.LogRecord("monitor", logging.ERROR, "file", 1, "a bug", (), (type(error), error, None))
    first, *others = formatted(RedactingFormatter(), record).split("\n")
    assert first == "2026-12-01T12:00:00.007Z ERROR a bug"
    assert len(others) == 2
    assert all(line.startswith("  ") for line in others)
