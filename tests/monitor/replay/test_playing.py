from __future__ import annotations

from pathlib import Path

from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Planned,
    Reported,
    Window,
    Written,
)
from monitor.replay.judging import as_judged_by
from monitor.replay.playing import play
from monitor.replay.side import Side
from monitor.replay.sources import SLICE
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.core.story import Story
from tests.monitor.replay.histories import FakeSource, config_of, nothing, observed_by, outage, side

REPORTED = Reported(
    at=NOON + MINUTE,
    by="ann",
    components=("api",),
    title="It is us",
    impact=Impact.MAJOR,
    status=IncidentStatus.IDENTIFIED,
    message="We broke it.",
)


def opened_by(played: Side) -> list[Incident]:
    return list(played.incidents.values())


async def test_slices_of_any_size_come_to_the_same() -> None:
    observed = outage(NOON, setup(), "..FFFF....F")
    whole = observed_by(side(), observed)
    for size in (1, 3, 100):
        source, seen = FakeSource(observed, size), side()
        await play(source, [seen], 0, nothing)
        assert seen.incidents == whole.incidents
        assert seen.ledgers == whole.ledgers


async def test_each_side_sees_all_of_it() -> None:
    one, other = side(), side()
    await play(FakeSource(outage(NOON, setup(), "..FFF")), [one, other], 0, nothing)
    assert one.incidents == other.incidents != {}


async def test_what_was_met_is_told() -> None:
    story = Story().runs("...").wait(SECOND)
    changed = setup(resolve_after=MINUTE)
    story.configure(changed)
    recording = await play(FakeSource(story.observed), [side()], 0, nothing)
    assert (recording.begins, recording.ends) == (NOON, story.now)
    assert recording.results == {"api/health": 3}
    assert recording.setup == changed


async def test_an_empty_history_begins_never() -> None:
    assert (await play(FakeSource([]), [side()], 0, nothing)).begins is None


async def test_progress_is_told_whenever_there_is_more_to_read() -> None:
    reached: list[Instant] = []
    runs = [result(started=NOON + number) for number in range(SLICE + 1)]
    await play(FakeSource(runs), [side()], 0, reached.append)
    assert reached == [runs[SLICE - 1].at]


# ── a beginning in the midst of it ───────────────────────────────────────────────────────────────────


async def test_results_are_played_from_an_hour_before_and_counted_from_then_on() -> None:
    observed = outage(NOON, setup(), "." * 400)  # three hours and twenty minutes
    seen = side()
    recording = await play(FakeSource(observed), [seen], NOON + 3 * HOUR, nothing)
    assert recording.results["api/health"] == 40
    assert seen.ledgers["api"][-1].since == NOON + 2 * HOUR


async def test_trouble_that_began_within_that_hour_has_the_id_that_was_recorded() -> None:
    observed = outage(NOON, setup(), "." * 330 + "F" * 70)
    seen = side()
    await play(FakeSource(observed), [seen], NOON + 3 * HOUR, nothing)
    assert seen.incidents == observed_by(side(), observed).incidents != {}


async def test_what_was_planned_long_before_holds() -> None:
    window = Window(
        id="mnt_1", title="Upgrade", components=("api",), starts=NOON + 2 * HOUR, ends=NOON + 5 * HOUR, by="ann"
    )
    start, configured, *runs = outage(NOON, setup(), "." * 300 + "F" * 100)
    seen = side()
    await play(
        FakeSource([start, configured, Planned(at=NOON, window=window), *runs]), [seen], NOON + 3 * HOUR, nothing
    )
    assert seen.incidents == {}


# ── what people said ─────────────────────────────────────────────────────────────────────────────────


async def test_what_people_said_is_played_on_each_side() -> None:
    observed = [*outage(NOON, setup(), ".."), REPORTED]
    one, other = side(), side()
    await play(FakeSource(observed), [one, other], 0, nothing)
    assert [each.title for each in opened_by(one)] == ["It is us"]
    assert one.incidents == other.incidents


async def test_what_the_last_side_could_not_hear_is_counted(tmp_path: Path) -> None:
    patient = setup(component_setup(probes=(probe_setup(failure_threshold=9),)))
    observed = outage(NOON, setup(), "..FFFFF")
    (opened,) = opened_by(observed_by(side(), observed))
    said = Written(at=NOON + HOUR, by="ann", incident=opened.id, message="Sorry.", title="Sorry")
    now, then = side(), side(as_judged_by(config_of(patient, tmp_path)))
    recording = await play(FakeSource([*observed, said]), [now, then], 0, nothing)
    assert (now.unheard, recording.unheard) == (0, 1)
    assert [each.title for each in opened_by(now)] == ["Sorry"]


# ── a config that changed meanwhile ──────────────────────────────────────────────────────────────────


async def test_what_came_and_went_with_a_config_is_told_on_the_recorded_side_alone(tmp_path: Path) -> None:
    window = Window(id="mnt_1", title="Upgrade", components=("api",), starts=NOON + HOUR, ends=NOON + 2 * HOUR)
    story = Story().runs("..")
    for each in (setup(windows=(window,)), setup()):
        story.wait(SECOND).configure(each)
    now, then = side(), side(as_judged_by(config_of(setup(), tmp_path)))
    recording = await play(FakeSource(story.observed), [now, then], 0, nothing)
    assert (now.events, then.events, recording.reconfigured) == (2, 0, True)
