"""Secrets kept in files of their own: `X_file: path` instead of `X: value`."""

from __future__ import annotations

from pathlib import Path

from monitor.config.faults import BadValue, Place
from monitor.config.places import is_alert_secret

MAX_SIZE = 16 * 1024  # bytes

_SUFFIX = "_file"

_BODY: Place = ("probes", "http", "body")
_MAPPINGS: frozenset[Place] = frozenset(("probes", "http", part) for part in ("headers", "query", "form"))


def replaced_key(block: Place, key: str) -> str | None:
    """The key that `key` stands for: `authorization` for `authorization_file` among the headers, else None.

    Args:
        block: the place of the mapping relative to its probe or alert, such as ("probes", "http", "headers").
    """
    replaced = key.removesuffix(_SUFFIX)
    if replaced in ("", key):
        return None
    return replaced if block in _MAPPINGS or _is_secret((*block, replaced)) else None


def _is_secret(place: Place) -> bool:
    return place == _BODY or is_alert_secret(place)


def read_secret(folder: Path, name: object) -> str:
    """What the file holds, without the line end at its end.

    Args:
        folder: what the name of the file is relative to.

    Raises:
        BadValue: says why it cannot be used.
    """
    if not isinstance(name, str):
        raise BadValue("this must be the path of a file")
    path = folder / name
    if path.exists() and not path.is_file():  # a pipe or a device could keep us waiting for ever
        raise BadValue(f"{name} is not a regular file")
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise BadValue(f"{name} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise BadValue("the path holds a null character") from None
    if len(raw) > MAX_SIZE:
        raise BadValue(f"{name} is larger than {MAX_SIZE // 1024} KiB, which is the limit")
    try:
        secret = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadValue(f"{name} is not UTF-8 text") from None
    if not secret:
        raise BadValue(f"{name} is empty; write the secret into it")
    return secret
