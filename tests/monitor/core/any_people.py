"""Any story with people in it: they plan, change, cancel, report, write, explain and amend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from monitor.core.ids import amendment_id, planned_id
from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    Amended,
    Amendment,
    AmendmentKind,
    Cancelled,
    Command,
    Duration,
    Explained,
    Impact,
    Incident,
    IncidentStatus,
    Planned,
    Reported,
    Window,
    Written,
)
from tests.monitor.core.any_story import COMPONENTS, AnyStory

Item = TypeVar("Item")

places = st.integers(0, 3)  # of what is meant among all there is, counted from the newest
components = st.lists(st.sampled_from(COMPONENTS), min_size=1, max_size=2, unique=True).map(tuple)
people = st.sampled_from(["ada", "bob"])
notices = st.sampled_from([0, SECOND, 2 * MINUTE, 20 * MINUTE])
lengths = st.sampled_from([0, 30 * SECOND, 5 * MINUTE, HOUR])
impacts = st.sampled_from(Impact)
statuses = st.sampled_from(IncidentStatus)
open_statuses = statuses.filter(lambda status: status is not IncidentStatus.RESOLVED)


class AnyStoryWithPeople(AnyStory):
    def say(self, command: Command) -> None:
        self.story.observe(command)
        self.story.now += SECOND

    @rule(by=people, components=components, notice=notices, lasts=lengths)
    def plan(self, by: str, components: tuple[str, ...], notice: Duration, lasts: Duration) -> None:
        at = self.story.now
        starts = at + notice
        id_ = planned_id(by, "Move", starts, at)
        window = Window(id=id_, title="Move", components=components, starts=starts, ends=starts + lasts, by=by)
        self.say(Planned(at=at, window=window))

    @rule(place=places, components=st.none() | components, starts=st.none() | notices, lasts=st.none() | lengths)
    def change_what_is_planned(
        self, place: int, components: tuple[str, ...] | None, starts: Duration | None, lasts: Duration | None
    ) -> None:
        window = picked(self.planned(), place)
        if window is not None:
            begins = window.starts if starts is None else self.story.now + starts
            ends = window.ends if lasts is None else max(begins, self.story.now) + lasts
            changed = replace(window, components=components or window.components, starts=begins, ends=ends)
            self.say(Planned(at=self.story.now, window=replace(changed, cancelled=False)))

    @rule(place=places)
    def cancel(self, place: int) -> None:
        window = picked(self.planned(), place)
        if window is not None:
            self.say(Cancelled(at=self.story.now, window=window.id))

    @rule(by=people, components=components, impact=impacts, status=open_statuses)
    def report(self, by: str, components: tuple[str, ...], impact: Impact, status: IncidentStatus) -> None:
        self.say(
            Reported(
                at=self.story.now,
                by=by,
                components=components,
                title=f"Seen by {by}",
                impact=impact,
                status=status,
                message="It is odd.",
            )
        )

    @rule(
        place=places,
        by=people,
        message=st.sampled_from(["", "More is known."]),
        status=st.none() | statuses,
        title=st.sampled_from([None, "Odd"]),
        impact=st.none() | impacts,
        hold=st.sampled_from([None, True, False]),
    )
    def write(
        self,
        place: int,
        by: str,
        message: str,
        status: IncidentStatus | None,
        title: str | None,
        impact: Impact | None,
        hold: bool | None,
    ) -> None:
        incident = picked(self.told(), place)
        if incident is not None:
            self.say(
                Written(
                    at=self.story.now,
                    by=by,
                    incident=incident.id,
                    message=message,
                    status=status,
                    title=title,
                    impact=impact,
                    hold=hold,
                )
            )

    @rule(place=places, by=people)
    def explain(self, place: int, by: str) -> None:
        incident = picked([incident for incident in self.told() if not incident.open], place)
        if incident is not None:
            self.say(Explained(at=self.story.now, by=by, incident=incident, text="A cable."))

    @rule(component=st.sampled_from(COMPONENTS), lasted=lengths, kind=st.sampled_from(AmendmentKind))
    def amend(self, component: str, lasted: Duration, kind: AmendmentKind) -> None:
        at = self.story.now
        since = at - lasted - SECOND
        id_ = amendment_id(component, since, at, at)
        amendment = Amendment(
            id=id_, component=component, since=since, until=at, kind=kind, reason="Ours.", by="ada", at=at
        )
        self.say(Amended(at=at, amendment=amendment))

    def planned(self) -> list[Window]:
        """By people, as it is now; the newest last."""
        return [window for window in self.story.windows.values() if window.by]

    def told(self) -> list[Incident]:
        """The newest last."""
        return list(self.story.incidents.values())


def picked(items: Sequence[Item], place: int) -> Item | None:
    return items[-1 - place % len(items)] if items else None
