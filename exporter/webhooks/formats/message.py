"""What a format is given, and what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.core.model import Event, Incident, Instant, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An event, with all that a format may want to say of it."""

    event: Event  # its subject as it was when the event happened
    sequence: int  # the event's place in the order of all events
    at: Instant  # now: when it is said
    page: str  # what the status page is called
    url: str  # where the status page is, without a slash at its end
    names: Mapping[str, str]  # component → name, of those that are watched
    overall: Status  # of all components, now

    @property
    def link(self) -> str:
        """Where a person reads more."""
        subject = self.event.subject
        return f"{self.url}/#{subject.id}" if isinstance(subject, Incident) else f"{self.url}/"

    def name(self, component: str) -> str:
        return self.names.get(component, component)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: once, whatever comes of it. All but the method may hold secrets, and stays out of its repr."""

    method: str
    url: str = field(repr=False)  # its scheme says by which way it goes
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
