"""Parameters of lists, above all of those that are read page by page: how many entries, and after which."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from exporter.fields import wrong_fields
from monitor.core.ports import Cursor

MOST = 100
DEFAULT = 20

T = TypeVar("T")

_CURSOR = re.compile(r"([0-9]{1,16})/(.+)")


def read(given: Mapping[str, str], readers: Mapping[str, Callable[[str], object]]) -> dict[str, Any]:
    """The parameters that were given, by name; those that have no reader are ignored.

    Args:
        readers: each makes a value of a text, or raises ValueError with what is allowed.

    Raises:
        Problem: 422, naming each that is wrong and what is allowed.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, reader in readers.items():
        if name in given:
            try:
                values[name] = reader(given[name])
            except ValueError as error:
                wrong[name] = str(error)
    if wrong:
        raise wrong_fields(wrong)
    return values


def page_of(given: Mapping[str, str]) -> tuple[int, Cursor | None]:
    """The parameters `limit` and `cursor`; errors as of `read`."""
    values = read(given, {"limit": limit, "cursor": cursor})
    return values.get("limit", DEFAULT), values.get("cursor")


def paged(found: Sequence[T], limit: int, place: Callable[[T], Cursor]) -> tuple[Sequence[T], dict[str, object]]:
    """The entries of one page, and what its document says of the next one, where there is one.

    Args:
        found: one entry more than the limit, if there are so many: it tells of a next page.
        place: where an entry stands in the list.
    """
    shown = found[:limit]
    return shown, {"next_cursor": cursor_text(place(shown[-1]))} if len(found) > limit else {}


def cursor_text(last: Cursor) -> str:
    """An opaque text that continues a list after that entry."""
    return urlsafe_b64encode(f"{last[0]}/{last[1]}".encode()).decode().rstrip("=")


def limit(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= MOST:
        return int(text)
    raise ValueError(f"must be a whole number from 1 to {MOST}.")


def cursor(text: str) -> Cursor:
    try:
        found = _CURSOR.fullmatch(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except ValueError:
        found = None
    if found is None:
        raise ValueError("must be the next_cursor of an earlier answer.")
    return int(found[1]), found[2]
