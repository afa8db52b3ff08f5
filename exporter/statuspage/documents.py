"""Page, status and components in the shape of Statuspage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from exporter.documents import Document
from exporter.feeds.links import page_link
from exporter.feeds.timeline import last_update
from exporter.statuspage.present import Present
from exporter.statuspage.terms import blend, shown, timestamp
from exporter.statuspage.texts import name
from monitor.core.model import SECOND, ComponentSetup, Instant


def page_document(present: Present) -> Document:
    """Its id is its name, as in webhooks of this shape."""
    return {
        "id": name(present.page.name),
        "name": name(present.page.name),
        "url": page_link(present.page, ""),
        "time_zone": present.page.timezone,
        "updated_at": timestamp(_last_change(present)),
    }


def status_document(present: Present) -> Document:
    statuses = [shown(present.state(component.id)) for component in present.setup.components]
    indicator, description = blend(statuses)
    return {"indicator": indicator, "description": description}


def component_documents(present: Present) -> dict[str, Document]:
    """By id, in the order in which they are shown."""
    return {
        component.id: _component_document(present, component, position)
        for position, component in enumerate(present.setup.components, 1)
    }


def those_of(components: Mapping[str, Document], ids: Sequence[str]) -> list[Document]:
    """The documents of these components; those that are watched no more have none."""
    return [components[component] for component in ids if component in components]


def _component_document(present: Present, component: ComponentSetup, position: int) -> Document:
    """There are no groups, so nothing is in one."""
    state, begun = present.state(component.id), present.begun.get(component.id)
    created_at = state.since if begun is None else begun
    return {
        "id": component.id,
        "name": name(component.name),
        "status": shown(state),
        "created_at": timestamp(created_at),
        "updated_at": timestamp(max(created_at, state.decided)),
        "position": position,
        "description": name(component.description) or None,
        "showcase": True,
        "start_date": _date(created_at),
        "group_id": None,
        "page_id": name(present.page.name),
        "group": False,
        "only_show_if_degraded": False,
    }


def _last_change(present: Present) -> Instant:
    """Of a status, or of an incident, also of one that is over; 0 before the first."""
    decided = [state.decided for state in present.states.values()]
    said = [last_update(incident) for incident in (*present.open, *present.recent)]
    return max([*decided, *said], default=0)


def _date(at: Instant) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).date().isoformat()
