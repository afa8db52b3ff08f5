"""Incidents as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from exporter.documents import timestamp
from exporter.feeds.legible import legible
from exporter.feeds.links import incident_link, page_link
from exporter.feeds.timeline import entries, last_update
from exporter.sources import Page
from monitor.core.model import Incident, Instant

PATH = "/feed.atom"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

# Names what we name, wherever it is found: readers know an entry by its id when the page has moved, too.
NAMESPACE = UUID("7d0b54ab-6f2c-4f0c-9c43-5a4a1b9f0d1e")


def feed(page: Page, incidents: Sequence[Incident], names: Mapping[str, str], begun: Instant) -> str:
    """The feed, with an entry for each incident in their order.

    Args:
        names: of the components that are watched, by id.
        begun: since when something could have happened; told while nothing has.
    """
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _add(root, "id", _urn(page.url))
    _add(root, "title", f"{page.name} incidents")
    _add(root, "updated", timestamp(max(map(last_update, incidents), default=begun)))
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": page_link(page, PATH)})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": page_link(page)})
    _add(SubElement(root, "author"), "name", page.name)
    for incident in incidents:
        _add_entry(root, page, incident, names)
    return DECLARATION + tostring(root, encoding="unicode")


def _add_entry(root: Element, page: Page, incident: Incident, names: Mapping[str, str]) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "id", _urn(incident.id))
    _add(entry, "title", incident.title)
    _add(entry, "published", timestamp(incident.created_at))
    _add(entry, "updated", timestamp(last_update(incident)))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": incident_link(page, incident)})
    _add(entry, "content", _story(incident, names)).set("type", "html")


def _add(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    element.text = legible(text)
    return element


def _urn(name: str) -> str:
    return uuid5(NAMESPACE, name).urn


def _story(incident: Incident, names: Mapping[str, str]) -> str:
    """HTML: what is affected, and the timeline, newest first."""
    affected = ", ".join(names.get(component, component) for component in incident.components)
    paragraphs = [f"<p>Impact: {incident.impact}. Affects {escape(affected)}.</p>"]
    for status, update in reversed(entries(incident)):
        at, message = timestamp(update.timestamp), escape(update.message).replace("\n", "<br>")
        paragraphs.append(f"<p><strong>{status.capitalize()}</strong> <time>{at}</time><br>{message}</p>")
    return "".join(paragraphs)
