"""Maintenance as a calendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from exporter.feeds.links import maintenance_link
from exporter.sources import Page
from exporter.webhooks.formats.texts import line, prose
from monitor.core.model import DAY, SECOND, Instant, Window

TITLE = 200  # characters
TEXT = 2_000


def calendar(page: Page, windows: Iterable[Window], names: Mapping[str, str], at: Instant) -> str:
    """The calendar, with an event for each window, those that were cancelled among them.

    Args:
        names: of the components that are watched, by id.
        at: now.
    """
    made = Calendar()
    made.add("prodid", "-//JustKalm//justkalm-monitor//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", line(f"{page.name} maintenance", TITLE))
    for window in windows:
        made.add_component(_event(page, window, names, at))
    return str(made.to_ical(), "utf-8")


def _event(page: Page, window: Window, names: Mapping[str, str], at: Instant) -> Event:
    """Calendars take the news of an event they know only with a higher sequence."""
    event = Event()
    event.add("uid", _uid(page, window))
    event.add("sequence", window.changed)
    event.add("dtstamp", _moment(window.revised or _known_by(window, at)))
    if window.known:
        event.add("created", _moment(window.known))
    if window.revised:
        event.add("last-modified", _moment(window.revised))
    event.add("dtstart", _moment(window.starts))
    event.add("dtend", _moment(window.ends + SECOND - 1))  # rounded up: it ends after it began
    event.add("status", "CANCELLED" if window.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    event.add("summary", line(window.title, TITLE))
    event.add("description", prose(_description(window, names), TEXT))
    event.add("url", maintenance_link(page, window, at))
    return event


def _uid(page: Page, window: Window) -> str:
    host = urlsplit(page.url).hostname
    return f"{window.id}@{host}" if host else window.id


def _known_by(window: Window, at: Instant) -> Instant:
    """Where it is not remembered when it was revised: the same all day, so that the calendar keeps its tag."""
    return min(window.starts, at - at % DAY)


def _description(window: Window, names: Mapping[str, str]) -> str:
    affected = ", ".join(names.get(component, component) for component in window.components)
    return f"Affects {affected}." + (" They cannot be used meanwhile." if window.stops else "")


def _moment(at: Instant) -> datetime:
    return datetime.fromtimestamp(at // SECOND, UTC)
