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
