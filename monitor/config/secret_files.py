"""Secrets kept in files of their own: `X_file: path` instead of `X: value`."""

from __future__ import annotations

from pathlib import Path

from monitor.config.faults import BadValue, Place
from monitor.config.places import may_stand_in_file
from monitor.config.text_files import read_text

MAX_SIZE = 16 * 1024  # bytes

_SUFFIX = "_file"


def replaced_key(block: Place, key: str) -> str | None:
    """The key that `key` stands for: `authorization` for `authorization_file` among the headers, else None.

    Args:
        block: the place of the mapping relative to its probe or alert, such as ("probes", "http", "headers").
    """
    replaced = key.removesuffix(_SUFFIX)
    return replaced if replaced not in ("", key) and may_stand_in_file((*block, replaced)) else None


def read_secret(folder: Path, name: object) -> str:
    """What the file holds, without the line end at its end.

    Args:
        folder: what the name of the file is relative to.

    Raises:
        BadValue: says why it cannot be used.
    """
    if not isinstance(name, str):
        raise BadValue("this must be the path of a file")
    secret = read_text(folder, name, MAX_SIZE).rstrip("\r\n")
    if not secret:
        raise BadValue(f"{name} is empty; write the secret into it")
    return secret
