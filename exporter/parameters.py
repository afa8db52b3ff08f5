"""The parameters of the incidents list: what may be asked, and the sentence for what may not."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.problems import Problem
from monitor.core.model import Incident, IncidentStatus
from monitor.core.ports import Cursor

MOST = 100
DEFAULT = 20

_CURSOR = re.compile(r"([0-9]{1,16})/(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQuery:
    """Which incidents are asked for; equal questions are equal keys."""

    limit: int = DEFAULT
    cursor: Cursor | None = None
    status: IncidentStatus | None = None
    component: str | None = None


def incident_query(given: Mapping[str, str], components: Collection[str]) -> IncidentQuery:
    """Read the parameters; unknown ones are ignored.

    Raises:
        Problem: 422, naming every parameter that is wrong and what is allowed.
    """
    readers: dict[str, Callable[[str], object]] = {
        "limit": _limit,
        "cursor": _cursor,
        "status": _status,
        "component": lambda text: _component(text, components),
    }
    read: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, reader in readers.items():
        if name in given:
            try:
                read[name] = reader(given[name])
            except ValueError as error:
                errors.append({"field": name, "detail": str(error)})
    if errors:
        raise Problem(422, " ".join(f"{error['field']}: {error['detail']}" for error in errors), errors=errors)
    return IncidentQuery(**read)


def cursor_after(incident: Incident) -> str:
    """An opaque text that continues a list after this incident."""
    return urlsafe_b64encode(f"{incident.created_at}/{incident.id}".encode()).decode().rstrip("=")


def _limit(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= MOST:
        return int(text)
    raise ValueError(f"must be a whole number from 1 to {MOST}.")


def _cursor(text: str) -> Cursor:
    try:
        found = _CURSOR.fullmatch(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except ValueError:
        found = None
    if found is None:
        raise ValueError("must be the next_cursor of an earlier answer.")
    return int(found[1]), found[2]


def _status(text: str) -> IncidentStatus:
    if text in list(IncidentStatus):
        return IncidentStatus(text)
    raise ValueError(f"must be one of {', '.join(IncidentStatus)}.")


def _component(text: str, components: Collection[str]) -> str:
    if text in components:
        return text
    raise ValueError(f"must be the id of a component: {', '.join(components) or 'there is none yet'}.")
