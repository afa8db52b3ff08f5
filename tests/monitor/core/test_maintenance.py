from __future__ import annotations

from monitor.core.model import MINUTE, SECOND, EventKind, IncidentStatus, Instant, Status, Window
from tests.builders import NOON, component_setup, probe_setup, setup
from tests.monitor.core.story import Story


def window(starts: int, ends: int, *components: str) -> Window:
    """Times in seconds since the beginning of the story."""
    at: Instant = NOON
    return Window(
        id="mnt_1",
        title="Database upgrade",
        components=components or ("api",),
        starts=at + starts * SECOND,
        ends=at + ends * SECOND,
    )


def maintenance_events(story: Story) -> list[tuple[str, int]]:
    return [
        (event.kind.removeprefix("maintenance."), (event.at - NOON) // SECOND)
        for event in story.events
        if event.kind.startswith("maintenance.")
    ]


def test_a_component_is_under_maintenance_while_its_window_runs() -> None:
    story = Story(windows=(window(60, 120),)).runs(".......")
    assert story.ledger() == [(0, "."), (60, "w"), (120, ".")]


def test_a_window_is_told_of_when_it_becomes_known_begins_and_ends() -> None:
    story = Story(windows=(window(60, 120),)).runs(".......")
    assert maintenance_events(story) == [("scheduled", 0), ("started", 60), ("completed", 120)]


def test_while_a_window_runs_nothing_is_due_before_its_end() -> None:
    story = Story(windows=(window(60, 120),)).runs("...")
    assert not story.board.is_due(NOON + 120 * SECOND - 1)
    assert story.board.is_due(NOON + 120 * SECOND)


def test_windows_are_told_at_their_instants_when_nobody_watched_them() -> None:
    story = Story(windows=(window(60, 120),)).runs("..").sleep(10 * MINUTE)
    assert maintenance_events(story) == [("scheduled", 0), ("started", 60), ("completed", 120)]
    assert story.ledger() == [(0, "."), (60, "w"), (120, "u"), (660, ".")]


def test_trouble_inside_a_window_opens_nothing_and_costs_nothing() -> None:
    story = Story(windows=(window(60, 240),)).runs("...FFF...")
    assert story.incidents == {}
    assert story.ledger() == [(0, "."), (60, "w"), (240, ".")]


def test_what_began_before_a_window_and_is_confirmed_inside_counts_up_to_its_start_and_opens_nothing() -> None:
    story = Story(windows=(window(60, 240),)).runs(".FFF.....")
    assert story.incidents == {}
    assert story.ledger() == [(0, "."), (30, "M"), (60, "w"), (240, ".")]


def test_trouble_that_outlives_a_window_opens_an_incident_that_starts_at_its_end() -> None:
    story = Story(windows=(window(60, 150),)).runs("..FFFFF")
    assert story.only_incident().started_at == NOON + 150 * SECOND
    assert story.status() is Status.MAJOR_OUTAGE


def test_an_open_incident_may_end_inside_a_window() -> None:
    story = Story(windows=(window(120, 900),)).runs(".FFF.......")
    assert story.only_incident().status is IncidentStatus.RESOLVED


def test_the_impact_of_an_open_incident_does_not_rise_inside_a_window() -> None:
    story = Story(windows=(window(120, 900),)).runs(".SSSFFF")
    assert story.only_incident().title == "Elevated API latency"


def test_a_dependant_of_a_component_under_maintenance_opens_an_incident_that_names_it() -> None:
    components = (component_setup("api", depends_on=("auth",)), component_setup("auth"))
    story = Story(*components, windows=(window(60, 900, "auth"),))
    story.runs({"auth/health": "..FFF", "api/health": "..FFF"})
    assert story.only_incident().components == ("api",)
    assert "Authentication is under maintenance." in story.only_incident().updates[0].message


def test_the_same_window_in_another_config_is_not_told_again() -> None:
    planned = window(60, 600)
    story = Story(windows=(planned,)).runs("....")
    story.configure(setup(component_setup(), component_setup("cdn"), windows=(planned,)))
    assert [event.kind for event in story.events].count(EventKind.MAINTENANCE_SCHEDULED) == 1


def test_a_window_that_becomes_known_late_takes_effect_from_then_on() -> None:
    story = Story().runs("..")
    story.configure(setup(windows=(window(0, 600),)))
    assert story.ledger() == [(0, "."), (60, "w")]
    assert maintenance_events(story) == [("scheduled", 60), ("started", 60)]


def test_a_window_whose_end_is_moved_ends_then() -> None:
    story = Story(windows=(window(60, 600),)).runs("....")
    story.configure(setup(windows=(window(60, 180),)))
    story.runs("......")
    assert story.ledger() == [(0, "."), (60, "w"), (180, ".")]


def test_a_window_whose_end_is_moved_after_it_was_over_runs_once_more() -> None:
    story = Story(windows=(window(60, 120),)).runs("......")
    story.configure(setup(windows=(window(60, 300),)))
    story.runs("......")
    assert story.ledger() == [(0, "."), (60, "w"), (120, "."), (180, "w"), (300, ".")]
    again = [("scheduled", 180), ("started", 180), ("completed", 300)]
    assert maintenance_events(story) == [("scheduled", 0), ("started", 60), ("completed", 120), *again]
    ids = [event.id for event in story.events]
    assert len(ids) == len(set(ids))


def test_a_window_that_is_taken_out_while_it_runs_ends_there_and_keeps_its_past() -> None:
    patient = component_setup(probes=(probe_setup(failure_threshold=4),))
    story = Story(patient, windows=(window(60, 600),)).runs(".FFF")
    story.configure(setup(patient))
    story.runs("F")
    assert story.ledger() == [(0, "."), (30, "M"), (60, "w"), (120, "M")]
    assert story.only_incident().started_at == NOON + 120 * SECOND
    assert maintenance_events(story)[-1] == ("completed", 120)


def test_a_window_that_is_taken_out_as_it_begins_ends_as_it_began() -> None:
    story = Story(windows=(window(60, 600),)).runs("..")
    story.configure(setup())
    assert maintenance_events(story) == [("scheduled", 0), ("started", 60), ("completed", 60)]


def test_a_window_that_is_taken_out_before_it_begins_is_cancelled_and_may_come_back() -> None:
    story = Story(windows=(window(60, 600),)).runs(".")
    story.configure(setup())
    story.runs("..")
    story.configure(setup(windows=(window(60, 600),)))
    story.runs("..")
    gone_and_back = [("scheduled", 0), ("completed", 30), ("scheduled", 90), ("started", 90)]
    assert maintenance_events(story) == gone_and_back
    assert story.ledger() == [(0, "."), (90, "w")]
    ids = [event.id for event in story.events]
    assert len(ids) == len(set(ids))


def test_a_cause_that_enters_maintenance_stays_the_cause() -> None:
    components = (component_setup("api", depends_on=("auth",)), component_setup("auth"))
    story = Story(*components, windows=(window(170, 900, "auth"),))
    story.runs({"auth/health": ".FFFFFF", "api/health": "..FFFFF"})
    assert story.only_incident().cause == "auth"
    assert [update.message for update in story.only_incident().updates if "works again" in update.message] == []
