"""The parameters of the incidents list: what may be asked, and the sentence for what may not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from exporter import paging
from monitor.core.model import IncidentStatus
from monitor.core.ports import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQuery:
    """Which incidents are asked for; equal questions are equal keys."""

    limit: int = paging.DEFAULT
    cursor: Cursor | None = None
    status: IncidentStatus | None = None
    component: str | None = None


def incident_query(given: Mapping[str, str], components: Collection[str]) -> IncidentQuery:
    """Read the parameters; unknown ones are ignored.

    Raises:
        Problem: 422, naming every parameter that is wrong and what is allowed.
    """
    readers: dict[str, Callable[[str], object]] = {
        "limit": paging.limit,
        "cursor": paging.cursor,
        "status": _status,
        "component": lambda text: _component(text, components),
    }
    return IncidentQuery(**paging.read(given, readers))


def _status(text: str) -> IncidentStatus:
    if text in list(IncidentStatus):
        return IncidentStatus(text)
    raise ValueError(f"must be one of {', '.join(IncidentStatus)}.")


def _component(text: str, components: Collection[str]) -> str:
    if text in components:
        return text
    raise ValueError(f"must be the id of a component: {', '.join(components) or 'there is none yet'}.")
