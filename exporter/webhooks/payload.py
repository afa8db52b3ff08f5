"""What a webhook says: the event, its place in the sequence, and its subject as it was then."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import TypeAlias

from exporter.documents import Document, incident_document, timestamp, window_document
from monitor.core.model import ComponentSetup, Incident, StatusChange, Window
from monitor.core.subscribing import Told

LIMIT = 20_000  # bytes of a payload; receivers may refuse more

TEXTS = frozenset({"title", "message", "name", "description", "postmortem"})
LISTS = frozenset({"components", "depends_on"})

ComponentOf: TypeAlias = Callable[[str], ComponentSetup | None]
Keep: TypeAlias = Callable[[Document, int], Document]


def document_of(told: Told, component_of: ComponentOf) -> Document:
    """The event's subject.

    Args:
        component_of: the component of an id; None when it is watched no more.
    """
    match told.event.subject:
        case Incident() as incident:
            return incident_document(incident)
        case StatusChange() as change:
            return _change_document(change, component_of(change.component))
        case Window() as window:
            return window_document(window, told.event.at)


def payload(told: Told, document: Mapping[str, object]) -> bytes:
    """Compact JSON in UTF-8, of at most 20,000 bytes.

    Where it would be longer, the oldest updates of an incident are left out, and `updates_omitted` says how many;
    then texts are cut, with an ellipsis; then components are left out in the same way.
    """
    event = told.event
    envelope = {"type": event.kind, "timestamp": timestamp(event.at), "sequence": told.sequence}

    def encoded(shown: Document) -> bytes:
        return _json(envelope | {"data": shown})

    return encoded(_shortened(dict(document), lambda shown: len(encoded(shown)) <= LIMIT))


def _change_document(change: StatusChange, component: ComponentSetup | None) -> Document:
    return {
        "id": change.component,
        "name": component.name if component else None,
        "description": component.description if component else None,
        "status": change.status,
        "previous_status": change.previous,
        "since": timestamp(change.since),
        "depends_on": list(component.depends_on) if component else [],
    }


def _json(document: Document) -> bytes:
    """Half a surrogate pair, which an answer may contain and UTF-8 may not, becomes a question mark."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _shortened(document: Document, fits: Callable[[Document], bool]) -> Document:
    """With no more left out than must be."""
    for keep in (_newest_updates, _short_texts, _first_listed):
        if fits(document):
            break
        document = _most(document, keep, fits)
    return document


def _most(document: Document, keep: Keep, fits: Callable[[Document], bool]) -> Document:
    """The document with as much kept as fits, and at least one of each."""
    most = bisect_left(range(1, LIMIT), True, key=lambda count: not fits(keep(document, count)))
    return keep(document, max(1, most))


def _newest_updates(document: Document, count: int) -> Document:
    updates = document.get("updates")
    if not isinstance(updates, list) or len(updates) <= count:
        return document
    return document | {"updates": updates[-count:], "updates_omitted": len(updates) - count}


def _short_texts(document: Document, length: int) -> Document:
    return {name: _short(name, value, length) for name, value in document.items()}


def _short(name: str, value: object, length: int) -> object:
    if name in TEXTS and isinstance(value, str) and len(value) > length:
        return value[: length - 1] + "…"
    if name == "updates" and isinstance(value, list):
        return [_short_texts(update, length) for update in value]
    return value


def _first_listed(document: Document, count: int) -> Document:
    shown = dict(document)
    for name in LISTS & document.keys():
        listed = document[name]
        if isinstance(listed, list) and len(listed) > count:
            shown |= {name: listed[:count], f"{name}_omitted": len(listed) - count}
    return shown
