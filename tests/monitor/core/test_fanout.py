"""Who is owed which events: series of them in, kinds out."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from monitor.core.fanout import fan_out, takes
from monitor.core.model import Event, EventKind, Impact, Window
from monitor.core.subscribing import Subscription
from tests.builders import NOON, incident
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, subscription

MAINTENANCE = EventKind.MAINTENANCE_STARTED
MINOR, MAJOR = Impact.MINOR, Impact.MAJOR


class Seen(NamedTuple):
    """An event of one incident, with its components and its impact as they were then."""

    kind: EventKind
    components: str
    impact: Impact = MAJOR


def owed(wants: Subscription, series: list[Seen]) -> list[EventKind]:
    """The kinds that the subscriber is told of a series, each remembered once it is owed."""
    told: set[tuple[str, str]] = set()
    kinds = []
    for ordinal, seen in enumerate(series):
        subject = incident("inc_a", components=tuple(seen.components.split()), impact=seen.impact)
        for delivery in fan_out(Event(f"evt_{ordinal}", seen.kind, NOON + ordinal, subject), [wants], told):
            told.add((delivery.subscription, "inc_a"))
            kinds.append(delivery.kind)
    return kinds


WHOLE = [Seen(CREATED, "api"), Seen(UPDATED, "api"), Seen(RESOLVED, "api")]
JOINED = [Seen(CREATED, "api"), Seen(UPDATED, "api cdn"), Seen(RESOLVED, "api cdn")]
LEFT = [Seen(CREATED, "api cdn"), Seen(UPDATED, "api"), Seen(RESOLVED, "api")]
WORSE = [Seen(CREATED, "api", MINOR), Seen(UPDATED, "api", MAJOR), Seen(RESOLVED, "api", MAJOR)]
BETTER = [Seen(CREATED, "api", MAJOR), Seen(UPDATED, "api", MINOR), Seen(RESOLVED, "api", MINOR)]
WORSE_AT_THE_END = [Seen(CREATED, "api", MINOR), Seen(RESOLVED, "api", MAJOR)]
JOINED_THEN_WORSE = [Seen(CREATED, "api", MINOR), Seen(UPDATED, "api cdn", MINOR), Seen(RESOLVED, "api cdn", MAJOR)]
WORSE_THEN_JOINED = [Seen(CREATED, "api", MINOR), Seen(UPDATED, "api", MAJOR), Seen(UPDATED, "api cdn", MAJOR)]


@pytest.mark.parametrize(
    ("events", "components", "least", "series", "expected"),
    [
        pytest.param("*", "", None, WHOLE, [CREATED, UPDATED, RESOLVED], id="no-filter"),
        pytest.param("incident.*", "", None, WHOLE, [CREATED, UPDATED, RESOLVED], id="family"),
        pytest.param("incident.resolved", "", None, WHOLE, [RESOLVED], id="one-kind"),
        pytest.param("component.*", "", None, WHOLE, [], id="another-family"),
        pytest.param("incident.*", "api", None, WHOLE, [CREATED, UPDATED, RESOLVED], id="its-component"),
        pytest.param("incident.*", "cdn", None, WHOLE, [], id="another-component"),
        pytest.param("incident.resolved", "api", None, WHOLE, [RESOLVED], id="its-component-and-takes-ends"),
        pytest.param("component.*", "api", MAJOR, WHOLE, [], id="filtered-and-another-family"),
        pytest.param("incident.*", "cdn", None, JOINED, [UPDATED, RESOLVED], id="joined"),
        pytest.param("incident.created", "cdn", None, JOINED, [UPDATED], id="joined-and-takes-beginnings"),
        pytest.param(
            "incident.created incident.resolved", "cdn", None, JOINED, [UPDATED, RESOLVED], id="joined-ends"
        ),
        pytest.param("incident.*", "cdn", None, LEFT, [CREATED, UPDATED, RESOLVED], id="left"),
        pytest.param("incident.created incident.resolved", "cdn", None, LEFT, [CREATED, RESOLVED], id="left-ends"),
        pytest.param("incident.*", "", MAJOR, WORSE, [UPDATED, RESOLVED], id="worse"),
        pytest.param("incident.created", "", MAJOR, WORSE, [UPDATED], id="worse-and-takes-beginnings"),
        pytest.param("incident.*", "", MAJOR, BETTER, [CREATED, UPDATED, RESOLVED], id="better"),
        pytest.param("incident.*", "cdn", MAJOR, WORSE, [], id="worse-elsewhere"),
        pytest.param("incident.updated", "", MAJOR, WORSE, [UPDATED], id="worse-and-takes-updates"),
        pytest.param("incident.updated", "", MAJOR, WHOLE, [UPDATED], id="grave-and-takes-updates"),
        pytest.param("incident.resolved", "", MAJOR, WORSE, [RESOLVED], id="worse-and-takes-ends"),
        pytest.param("incident.resolved", "", MAJOR, WHOLE, [RESOLVED], id="grave-and-takes-ends"),
        pytest.param("incident.resolved", "", MAJOR, BETTER, [], id="better-and-takes-ends"),
        pytest.param("incident.created", "", MAJOR, WORSE_AT_THE_END, [], id="worse-at-the-end"),
        pytest.param("incident.*", "", MAJOR, WORSE_AT_THE_END, [RESOLVED], id="worse-at-the-end-and-takes-all"),
        pytest.param("incident.created", "cdn", MAJOR, JOINED_THEN_WORSE, [], id="joined-then-worse"),
        pytest.param("incident.created", "cdn", MAJOR, WORSE_THEN_JOINED, [UPDATED], id="worse-then-joined"),
    ],
)
def test_a_subscriber_hears_of_an_incident_from_when_it_passes_the_filters_to_its_end(
    events: str, components: str, least: Impact | None, series: list[Seen], expected: list[EventKind]
) -> None:
    wants = subscription(events=tuple(events.split()), components=tuple(components.split()), least_impact=least)
    assert owed(wants, series) == expected


@pytest.mark.parametrize(("components", "count"), [((), 1), (("api",), 1), (("cdn", "api"), 1), (("cdn",), 0)])
def test_a_change_of_status_goes_to_who_asked_for_its_component(components: tuple[str, ...], count: int) -> None:
    wants = subscription(components=components, least_impact=Impact.CRITICAL)
    assert len(fan_out(status_change("api"), [wants], set())) == count


@pytest.mark.parametrize(("components", "count"), [((), 1), (("cdn",), 1), (("auth",), 0)])
def test_maintenance_goes_to_who_asked_for_one_of_its_components(components: tuple[str, ...], count: int) -> None:
    window = Window(id="mnt_1", title="Upgrade", components=("api", "cdn"), starts=NOON, ends=NOON + 1)
    owed = fan_out(Event("evt_1", MAINTENANCE, NOON, window), [subscription(components=components)], set())
    assert len(owed) == count


def test_what_is_no_incident_goes_only_to_who_takes_its_kind() -> None:
    assert fan_out(status_change(), [subscription(events=("incident.*",), components=("api",))], set()) == []


@pytest.mark.parametrize("deaf", [subscription(disabled_at=NOON), subscription(test=True)])
def test_who_is_disabled_or_only_tries_is_owed_nothing(deaf: Subscription) -> None:
    assert fan_out(status_change(), [deaf], set()) == []


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [("incident.created", True), ("incident.*", True), ("*", True), ("incident", False), ("component.*", False)],
)
def test_a_pattern_takes_a_kind_a_family_or_everything(pattern: str, taken: bool) -> None:
    assert takes([pattern], CREATED) is taken
