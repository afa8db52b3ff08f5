"""The log on standard error: one line an entry, in UTC, without secrets."""

from __future__ import annotations

import logging
import time

from monitor.core.redaction import Redactor


class RedactingFormatter(logging.Formatter):
    """Takes secrets out of whole entries, tracebacks included."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self.redact = Redactor(())

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))


def begin_log() -> RedactingFormatter:
    """Log to standard error from now on; the formatter returned takes what to redact."""
    formatter = RedactingFormatter()
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    return formatter
