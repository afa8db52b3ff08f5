"""What the timelines of incidents say, word by word."""

from __future__ import annotations

import pytest

from monitor.core.draft import Draft
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    Impact,
    Instant,
    Reason,
    Result,
    Verdict,
)
from monitor.core.wording import PLACES, clock_time, identified, listed, spoken, troubled_probes
from tests.builders import NOON, component_setup, probe_setup, result
from tests.monitor.core.story import Story

TWO_PROBES = component_setup(probes=(probe_setup("api/health"), probe_setup("api/deep")))


def said(story: Story) -> list[str]:
    return [update.message for update in story.only_incident().updates]


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "less than 1 s"),
        (SECOND - 1, "less than 1 s"),
        (SECOND, "1 s"),
        (45 * SECOND, "45 s"),
        (MINUTE - 1, "59 s"),
        (2 * MINUTE, "2 min"),
        (HOUR + 5 * MINUTE, "1 h 5 min"),
        (HOUR + 5 * SECOND, "1 h 5 s"),
        (DAY + HOUR + MINUTE + SECOND, "1 d 1 h"),
        (400 * DAY + 23 * HOUR, "400 d 23 h"),
    ],
)
def test_a_duration_is_spoken_in_its_two_largest_units(duration: Duration, words: str) -> None:
    assert spoken(duration) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON, "12:00:00 UTC"),
        (NOON + 999, "12:00:00 UTC"),
        (NOON + 12 * HOUR - 1, "23:59:59 UTC"),
        (NOON + 12 * HOUR, "2026-12-02 00:00:00 UTC"),
        (NOON - 12 * HOUR, "00:00:00 UTC"),
        (NOON - 12 * HOUR - 1, "2026-11-30 23:59:59 UTC"),
    ],
)
def test_an_instant_has_a_date_when_that_is_not_todays(at: Instant, words: str) -> None:
    assert clock_time(at, NOON + 999) == words


@pytest.mark.parametrize(
    ("names", "words"), [(["API"], "API"), (["API", "CDN"], "API and CDN"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_people_do(names: list[str], words: str) -> None:
    assert listed(names) == words


def test_an_outage_is_told_from_what_was_seen_to_its_end() -> None:
    story = Story().runs(".FFF....", reason=Reason.CONNECT_REFUSED, detail="refused").wait(5 * MINUTE)
    assert said(story) == [
        "API is down since 12:00:30 UTC. Check health (connect): refused.",
        "The cause is identified: every failed check of API says that it refuses connections.",
        "API passes all checks again. Resolved once stable for 2 min.",
        "All checks stayed well. The trouble lasted 1 min 30 s, until 12:02:00 UTC.",
    ]


def test_trouble_that_moves_from_a_dependant_to_its_dependency_and_back_is_told_so() -> None:
    story = Story(component_setup("api", depends_on=("auth",)), component_setup("auth"))
    story.runs({"api/health": ".FFFFFFFF...", "auth/health": "...FFF......"}).runs({"api/health": "..."})
    down = "is down since 12:00:30 UTC. Check health (assertion): http_status."
    moved = "Authentication is down since 12:01:30 UTC. Check health (assertion): http_status."
    assert said(story) == [
        f"API {down}",
        f"Authentication is failing and explains the trouble of API. {moved}",
        f"Authentication works again. API {down}",
        "API and Authentication pass all checks again. Resolved once stable for 2 min.",
    ]


def test_a_component_that_joins_is_affected_too() -> None:
    story = Story(component_setup("auth"), component_setup("api", depends_on=("auth",)))
    story.runs({"auth/health": ".FFF", "api/health": "..FF"}).runs({"api/health": "F"})
    assert said(story)[1] == (
        "API is affected too. API is down since 12:01:00 UTC. Check health (assertion): http_status."
    )


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        (
            {"api/health": "FFF", "api/deep": "..."},
            "API fails in part since 12:00:00 UTC. Check health (assertion): x.",
        ),
        (
            {"api/health": "SSS", "api/deep": "..."},
            "API is slower than it should be since 12:00:00 UTC. Check health: x.",
        ),
        (
            {"api/health": "FFFF", "api/deep": ".FFF"},
            "API is down since 12:00:00 UTC. Check health (assertion): x. Check deep (assertion): x.",
        ),
    ],
)
def test_what_was_seen_names_the_checks_that_are_in_the_worst_state(series: dict[str, str], sentence: str) -> None:
    story = Story(TWO_PROBES).runs(series, detail="x")
    assert said(story)[-1] == sentence


def test_of_probes_those_that_are_down_are_witnesses_and_the_slow_ones_only_where_none_is() -> None:
    story = Story(TWO_PROBES).runs({"api/health": "FFF", "api/deep": "SSS"})
    assert [setup.id for setup, _ in troubled_probes(Draft(story.board), "api")] == ["api/health"]
    story.runs({"api/health": "..", "api/deep": "SS"})
    assert [setup.id for setup, _ in troubled_probes(Draft(story.board), "api")] == ["api/deep"]
    story.runs({"api/health": "..", "api/deep": ".."})
    assert troubled_probes(Draft(story.board), "api") == []


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (-DAY, "today"),
        (0, "today"),
        (DAY - 1, "today"),
        (DAY, "in 1 day"),
        (2 * DAY - 1, "in 1 day"),
        (2 * DAY, "in 2 days"),
        (6 * DAY + HOUR, "in 6 days"),
    ],
)
def test_a_certificate_that_expires_is_the_title_with_the_days_that_are_left(left: Duration, words: str) -> None:
    story = Story()
    confirmed = NOON + 60 * SECOND + 100
    for _ in range(3):
        story.observe(_expiring(story.now, confirmed + left))
        story.now += 30 * SECOND
    found = story.only_incident()
    assert (found.title, found.impact) == (f"API certificate expires {words}", Impact.MINOR)
    assert said(story)[0] == "API is slower than it should be since 12:00:00 UTC. Check health (tls): certificate."


def _expiring(started: Instant, expires: Instant) -> Result:
    slow = result(verdict=Verdict.SLOW, started=started, reason=Reason.CERTIFICATE_EXPIRING, detail="certificate")
    return Result(
        probe=slow.probe,
        started=slow.started,
        at=slow.at,
        verdict=slow.verdict,
        reason=slow.reason,
        detail=slow.detail,
        certificate_expires=expires,
    )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.DNS, "its name does not resolve"),
        (Reason.TLS_EXPIRED, "its certificate has expired"),
        (Reason.TLS_HOSTNAME, "its certificate is for another host"),
        (Reason.TLS_UNTRUSTED, "its certificate is not trusted"),
        (Reason.AUTH, "it does not accept our credentials"),
    ],
)
def test_a_reason_that_tells_is_put_into_words(reason: Reason, words: str) -> None:
    sentence = identified(Draft(Story().board), "api", reason)
    assert sentence == f"The cause is identified: every failed check of API says that {words}."


def test_a_reason_that_no_place_is_known_for_is_told_without_one() -> None:
    assert Reason.LATENCY not in PLACES
    assert (
        said(Story().runs("SSS"))[0] == "API is slower than it should be since 12:00:00 UTC. Check health: latency."
    )


def test_a_check_that_failed_in_several_ways_is_told_by_the_latest() -> None:
    story = Story().runs("FF").runs("F", reason=Reason.CONNECT_REFUSED, detail="refused")
    assert said(story)[0] == "API is down since 12:00:00 UTC. Check health (connect): refused."
