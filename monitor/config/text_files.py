"""Small files beside the config: read whole, within a limit, as UTF-8."""

from __future__ import annotations

from pathlib import Path

from monitor.config.faults import BadValue


def read_text(folder: Path, name: str, most: int) -> str:
    """What the file holds.

    Args:
        folder: what the name of the file is relative to.
        most: bytes.

    Raises:
        BadValue: says why it cannot be used.
    """
    path = folder / name
    if path.exists() and not path.is_file():  # a pipe or a device could keep us waiting for ever
        raise BadValue(f"{name} is not a regular file")
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise BadValue(f"{name} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise BadValue("the path holds a null character") from None
    if len(raw) > most:
        raise BadValue(f"{name} is larger than {most // 1024} KiB, which is the limit")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadValue(f"{name} is not UTF-8 text") from None
