"""Secrets kept in files of their own: `X_file: path` instead of `X: value`."""

from __future__ import annotations

from pathlib import Path

from monitor.config.faults import BadValue, Place

MAX_SIZE = 16 * 1024  # bytes

_SUFFIX = "_file"


def replaced_key(request: Place, key: str) -> str | None:
    """The key that `key` stands for: `authorization` for `authorization_file` among the headers, else None.

    Args:
        request: the place of the mapping relative to its probe, such as ("http", "headers").
    """
    if request == ("http",):
        return "body" if key == "body_file" else None
    if request in (("http", "headers"), ("http", "query"), ("http", "form")) and key.endswith(_SUFFIX):
        return key.removesuffix(_SUFFIX) or None
    return None


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
