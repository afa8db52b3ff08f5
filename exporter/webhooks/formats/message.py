"""What a format is given, and what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.core.model import ComponentSetup, ComponentState, Event, EventKind, Incident, Instant

TEST = "test_"  # begins the id of an event that never happened: an alert is tried out with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An event, with all that a format may want to say of it."""

    event: Event  # its subject as it was when the event happened
    sequence: int  # the event's place in the order of all events
    at: Instant  # now: when it is said
    page: str  # what the status page is called
    url: str  # where the status page is, without a slash at its end
    components: Mapping[str, ComponentSetup]  # by id, those that are watched
    states: Mapping[str, ComponentState]  # of those, now
    before: Incident | None = None  # as the update before this one left it; None where there was none

    @property
    def test(self) -> bool:
        """Whether it only tries an alert out."""
        return self.event.id.startswith(TEST)

    @property
    def postmortem(self) -> bool:
        """Whether somebody wrote more of an incident after its end."""
        subject = self.event.subject
        return isinstance(subject, Incident) and not subject.open and self.event.kind is EventKind.INCIDENT_UPDATED

    @property
    def link(self) -> str:
        """Where a person reads more; a pretend incident is not there."""
        subject = self.event.subject
        return f"{self.url}/#{subject.id}" if isinstance(subject, Incident) and not self.test else f"{self.url}/"

    def name(self, component: str) -> str:
        """A component's; its id when it is watched no more."""
        known = self.components.get(component)
        return known.name if known is not None else component


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: once, whatever comes of it. All but the method may hold secrets, and stays out of its repr."""

    method: str
    url: str = field(repr=False)  # its scheme says by which way it goes
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
