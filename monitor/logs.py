"""The log on standard error: one line an entry, in UTC, without secrets. Whoever reads it slowly holds up nobody."""

from __future__ import annotations

import logging
import queue
import threading
import time

from monitor.core.redaction import Redactor, printable
from monitor.terminal import complain

WAITING_AT_MOST = 1_000  # entries; later ones are dropped until somebody reads
LAST_WORDS = 1.0  # seconds that the log gets to be read when we stop


class RedactingFormatter(logging.Formatter):
    """Takes secrets out of whole entries, tracebacks included; further lines of an entry pass for no other entry."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self.redact = Redactor(())

    def format(self, record: logging.LogRecord) -> str:
        lines = self.redact(super().format(record)).split("\n")
        return "\n  ".join(map(printable, lines))


class Log(logging.Handler):
    """Formats entries where they come from and writes them in a thread of its own."""

    def __init__(self, formatter: RedactingFormatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._entries: queue.Queue[str | None] = queue.Queue(WAITING_AT_MOST)
        self._writer = threading.Thread(target=self._write, name="log", daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._entries.put_nowait(self.format(record))
        except queue.Full:
            return

    def end(self) -> None:
        """Write what waits, if somebody reads it."""
        try:
            self._entries.put(None, timeout=LAST_WORDS)
        except queue.Full:
            return
        self._writer.join(LAST_WORDS)

    def _write(self) -> None:
        while (entry := self._entries.get()) is not None:
            complain(entry)


def begin_log() -> tuple[Log, RedactingFormatter]:
    """Log to standard error from now on. The formatter takes what to redact; the log is to be ended."""
    formatter = RedactingFormatter()
    log = Log(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[log])
    return log, formatter
