"""Files as text: read whole, within a limit, as UTF-8."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.config.faults import Faults

MAX_SIZE = 4 * 1024 * 1024  # bytes; ten thousand probes take half of it

# What YAML allows in a stream, so that a stray control character is named with its line.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_source(path: Path, faults: Faults) -> str:
    """The text of the file.

    Raises:
        ConfigError: it cannot be read, is too large, or is not UTF-8 text.
    """
    raw = _read(path, faults)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise faults.refuse(line, (), "this is not UTF-8; save the file as UTF-8 text") from None
    stray = _FORBIDDEN.search(text)
    if stray:
        line = text.count("\n", 0, stray.start()) + 1
        raise faults.refuse(line, (), f"the control character U+{ord(stray[0]):04X} is not allowed; remove it")
    return text


def _read(path: Path, faults: Faults) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise faults.refuse(1, (), f"the file cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise faults.refuse(1, (), "the file cannot be read: its name holds a null character") from None
    if len(raw) > MAX_SIZE:
        raise faults.refuse(1, (), f"the file is larger than {MAX_SIZE // 1024**2} MiB, which is the limit")
    return raw
