"""What people do to incidents and maintenance, put to the real machine: the events that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from monitor.core.model import (
    HOUR,
    MINUTE,
    Cancelled,
    Command,
    Duration,
    Event,
    Explained,
    Impact,
    Incident,
    IncidentStatus,
    Planned,
    Reason,
    Reported,
    StatusChange,
    Window,
    Written,
)
from tests.builders import component_setup
from tests.monitor.core.story import Story

PROBES = ("auth/health", "api/health", "batch/health")
REFUSED = "GET https://inner.example/health: connection refused by 192.0.2.9:443"
BY_ADA = "We rolled back yesterday's release.\n\nWhat was queued meanwhile runs now: nothing is lost."
BY_BOB = "It began with yesterday's release."
LEARNED = (
    "# What happened\n\nA release left the queue without its index.\n\n# What we do about it\n\n- Roll out in steps."
)


class Told(NamedTuple):
    """An event, and its incident as the update before it left it."""

    event: Event
    before: Incident | None

    @property
    def incident(self) -> str:
        """The incident's id."""
        assert isinstance(self.event.subject, Incident)
        return self.event.subject.id


class Desk:
    """Where people sit: what they do is done to a machine that watches three components, all well at first."""

    def __init__(self) -> None:
        self.story = Story(
            component_setup("auth"),
            component_setup("api", depends_on=("auth",)),
            component_setup("batch", name="Batch Processing"),
        )
        self.story.runs(dict.fromkeys(PROBES, ".."))

    def breaks(self, *probes: str) -> Told:
        """These refuse connections while the others stay well: what the machine says last of that."""
        series = {probe: "FFF" if probe in probes else "..." for probe in PROBES}
        self.story.runs(series, reason=Reason.CONNECT_REFUSED, detail=REFUSED)
        return self.latest

    def mends(self) -> None:
        """All pass again, for as long as it takes to resolve what they were part of."""
        self.story.runs(dict.fromkeys(PROBES, "......."))

    def does(self, command: Command) -> Told:
        self.story.observe(command)
        return self.latest

    def reports(self, **changes: object) -> Told:
        defaults: dict[str, object] = {
            "by": "ada",
            "components": ("auth",),
            "title": "Some people cannot sign in",
            "impact": Impact.MAJOR,
            "status": IncidentStatus.INVESTIGATING,
            "message": "Whoever signs in with a passkey is turned away.",
        }
        return self.does(Reported(at=self.story.now, **(defaults | changes)))  # type: ignore[arg-type]

    def writes(self, by: str, message: str = "", **changes: object) -> Told:
        """To the latest incident, three minutes after all before it."""
        self.story.now += 3 * MINUTE
        incident = self.incident.id
        return self.does(
            Written(at=self.story.now, by=by, incident=incident, message=message, **changes)  # type: ignore[arg-type]
        )

    def explains(self, by: str, text: str, after: Duration = 24 * HOUR) -> Told:
        """What was learned of the latest incident."""
        self.story.wait(after)
        return self.does(Explained(at=self.story.now, by=by, incident=self.incident, text=text))

    def learned(self, text: str) -> Told:
        """From the trouble of Batch Processing, which people had a hand in."""
        self.breaks("batch/health")
        self.writes("ada", title="Jobs wait", status=IncidentStatus.RESOLVED)
        return self.explains("ada", text)

    def plans(self, **changes: object) -> Told:
        """Maintenance that begins in a day."""
        starts = self.story.now + 24 * HOUR
        defaults: dict[str, object] = {
            "id": "mnt_89abcdef01234567",
            "title": "Database upgrade",
            "components": ("api", "batch"),
            "starts": starts,
            "ends": starts + HOUR,
            "by": "ada",
        }
        return self.does(Planned(at=self.story.now, window=Window(**(defaults | changes))))  # type: ignore[arg-type]

    @property
    def incident(self) -> Incident:
        return list(self.story.incidents.values())[-1]

    @property
    def latest(self) -> Told:
        """The latest event."""
        *earlier, event = self.story.events
        now, subjects = event.subject, (each.subject for each in reversed(earlier))
        return Told(event, next((it for it in subjects if isinstance(it, Incident) and _is_one(it, now)), None))


def _is_one(incident: Incident, now: Incident | StatusChange | Window) -> bool:
    return isinstance(now, Incident) and now.id == incident.id


def _of_their_own() -> Mapping[str, Told]:
    desk = Desk()
    return {
        "opened_by_hand": desk.reports(),
        "updated_by_hand": desk.writes("bob", BY_BOB, status=IncidentStatus.IDENTIFIED),
        "seen_beside_them": desk.breaks("auth/health"),
    }


def _of_what_is_held() -> Mapping[str, Told]:
    desk = Desk()
    desk.breaks("auth/health")
    desk.writes("bob", BY_BOB, status=IncidentStatus.IDENTIFIED)
    return {"joined_what_is_held": desk.breaks("auth/health", "api/health")}


def _of_the_machine() -> Mapping[str, Told]:
    desk = Desk()
    desk.breaks("batch/health")
    return {
        "taken_over": desk.writes("ada", hold=True),
        "changed_by_hand": desk.writes("ada", title="Jobs wait", impact=Impact.MINOR),
        "raised_by_hand": desk.writes("bob", "Jobs of two days are late.", impact=Impact.MAJOR),
        "relieved_by_hand": desk.writes("ada", BY_ADA, status=IncidentStatus.MONITORING),
        "resolved_by_hand": desk.writes("ada", "All jobs have run.", status=IncidentStatus.RESOLVED),
        "postmortem": desk.explains("ada", LEARNED),
    }


def _of_maintenance() -> Mapping[str, Told]:
    desk = Desk()
    begins = desk.story.now + 48 * HOUR
    return {
        "maintenance_planned": desk.plans(),
        "maintenance_changed": desk.plans(starts=begins, ends=begins + HOUR),
        "maintenance_cancelled": desk.does(Cancelled(at=desk.story.now, window="mnt_89abcdef01234567")),
        "maintenance_stops": desk.plans(id="mnt_76543210fedcba98", title="Move to another rack", stops=True),
    }


BY_PEOPLE: Mapping[str, Told] = {
    **_of_their_own(),
    **_of_what_is_held(),
    **_of_the_machine(),
    **_of_maintenance(),
}
THEIRS, HELD, TAKEN_OVER = (
    BY_PEOPLE[name].incident for name in ("opened_by_hand", "joined_what_is_held", "taken_over")
)
