from __future__ import annotations

import pytest

from monitor.core.model import HOUR, SECOND, Reason, Result, Verdict
from monitor.doubts import Doubts, Reference, References, Witness
from tests.builders import component_setup, result
from tests.monitor.core.story import PACE, Story

GATEWAY = Reference("gateway.test", 443)
WITNESSES = {
    "api/health": Witness.ANY_ANSWER,
    "cdn/health": Witness.ANY_ANSWER,
    "proxied/health": Witness.RIGHT_ANSWER,
    "local/health": Witness.NOTHING,
}


class Watch:
    """A story whose results are doubted before they are decided; references are asked only where there is doubt."""

    def __init__(self) -> None:
        self.story = Story(*(component_setup(probe.partition("/")[0]) for probe in WITNESSES))
        self.network_works = True
        self.wrong_by: int | None = None
        self.now = self.story.now
        self.references = References(self._ask, lambda: self.now)
        self.doubts = Doubts(self.story.board, self.references, lambda: self.wrong_by, lambda: self.now)
        self.doubts.use(WITNESSES)

    async def _ask(self, _: Reference) -> bool:
        return self.network_works

    async def run(
        self, probe: str, verdict: Verdict, reason: Reason | None = None, *, took: int = 100, pace: int = PACE
    ) -> Result:
        ran = result(probe, verdict, started=self.story.now, took=took, reason=reason, detail="seen")
        self.now = ran.at
        seen = await self.doubts.judge(ran)
        self.story.observe(seen)
        self.story.now += pace
        return seen

    async def fails(self, times: int, reason: Reason = Reason.CONNECT_TIMEOUT) -> list[Reason | None]:
        return [(await self.run("api/health", Verdict.FAIL, reason)).reason for _ in range(times)]

    async def cut(self) -> None:
        """Our own network is cut, and that is seen."""
        self.network_works = False
        self.now = self.story.now
        await self.references.look()
        self.story.now += SECOND


@pytest.fixture
async def watch() -> Watch:
    watch = Watch()
    watch.references.use([GATEWAY])
    await watch.references.look()
    await watch.run("api/health", Verdict.PASS)
    return watch


async def test_what_nobody_answers_is_unknown_when_no_reference_answers(watch: Watch) -> None:
    watch.network_works = False
    assert await watch.fails(5) == [Reason.OWN_NETWORK] * 5
    assert not watch.story.incidents


async def test_a_failure_is_confirmed_when_a_reference_answers(watch: Watch) -> None:
    assert await watch.fails(3) == [Reason.CONNECT_TIMEOUT] * 3
    assert len(watch.story.incidents) == 1


async def test_a_real_outage_opens_with_the_third_run_after_our_network_is_back(watch: Watch) -> None:
    watch.network_works = False
    await watch.fails(4)
    watch.network_works = True
    assert await watch.fails(4) == [Reason.OWN_NETWORK] + [Reason.CONNECT_TIMEOUT] * 3
    assert len(watch.story.incidents) == 1


async def test_failures_before_a_cut_was_seen_do_not_count_after_it(watch: Watch) -> None:
    await watch.fails(2)
    watch.network_works = False
    await watch.fails(1)
    watch.network_works = True
    assert await watch.fails(3) == [Reason.OWN_NETWORK] + [Reason.CONNECT_TIMEOUT] * 2
    assert not watch.story.incidents


async def test_a_run_that_began_in_a_cut_and_ends_after_it_says_nothing_of_its_target(watch: Watch) -> None:
    await watch.cut()
    watch.network_works = True
    assert (await watch.run("api/health", Verdict.FAIL, Reason.TIMEOUT_HEADERS, took=10 * SECOND)).detail == (
        "our own network: it was cut when this run began"
    )


@pytest.mark.parametrize(
    ("reason", "heard"), [(Reason.LATENCY, Reason.OWN_NETWORK), (Reason.CERTIFICATE_EXPIRING,) * 2]
)
async def test_a_run_that_began_in_a_cut_is_not_slow_for_its_latency(
    watch: Watch, reason: Reason, heard: Reason
) -> None:
    await watch.cut()
    slow = await watch.run("api/health", Verdict.SLOW, reason, took=7 * SECOND)
    assert slow.reason is heard


async def test_what_is_slow_while_references_answer_is_slow(watch: Watch) -> None:
    slow = [(await watch.run("api/health", Verdict.SLOW, took=2 * SECOND)).reason for _ in range(3)]
    assert slow == [Reason.LATENCY] * 3
    assert len(watch.story.incidents) == 1


# ── what shows that our own network works ────────────────────────────────────────────────────────────


async def overlapped(watch: Watch, probe: str, verdict: Verdict, reason: Reason | None = None) -> Reason | None:
    """What a run comes to during which another began and ended so, while no reference answers."""
    watch.network_works = False
    began = watch.story.now
    watch.story.now += SECOND
    await watch.run(probe, verdict, reason)
    watch.story.now = began
    return (await watch.run("api/health", Verdict.FAIL, Reason.CONNECT_TIMEOUT, took=10 * SECOND)).reason


@pytest.mark.parametrize(
    ("probe", "verdict", "reason", "works"),
    [
        ("cdn/health", Verdict.PASS, None, True),
        ("cdn/health", Verdict.FAIL, Reason.HTTP_STATUS, True),
        ("cdn/health", Verdict.FAIL, Reason.CONNECT_REFUSED, True),
        ("cdn/health", Verdict.FAIL, Reason.RESET, False),
        ("cdn/health", Verdict.UNKNOWN, Reason.STALL, False),
        ("proxied/health", Verdict.PASS, None, True),
        ("proxied/health", Verdict.SLOW, None, True),
        ("proxied/health", Verdict.FAIL, Reason.HTTP_STATUS, False),
        ("local/health", Verdict.PASS, None, False),
        ("local/health", Verdict.FAIL, Reason.CONNECT_REFUSED, False),
    ],
)
async def test_our_network_works_where_another_target_was_heard_in_the_meantime(
    watch: Watch, probe: str, verdict: Verdict, reason: Reason | None, works: bool
) -> None:
    seen = await overlapped(watch, probe, verdict, reason)
    assert seen is (Reason.CONNECT_TIMEOUT if works else Reason.OWN_NETWORK)


async def test_another_target_that_was_heard_before_this_run_began_proves_nothing(watch: Watch) -> None:
    watch.network_works = False
    await watch.run("cdn/health", Verdict.PASS, pace=SECOND)
    assert await watch.fails(1) == [Reason.OWN_NETWORK]


async def test_a_reference_that_is_dead_hides_an_outage_no_longer_than_it_takes_to_see_that(watch: Watch) -> None:
    watch.network_works = False
    seen = []
    for _ in range(8):
        await watch.run("cdn/health", Verdict.PASS, pace=SECOND)
        seen += await watch.fails(1)
    assert seen == [Reason.OWN_NETWORK] * 3 + [Reason.CONNECT_TIMEOUT] * 5
    assert len(watch.story.incidents) == 1


# ── what is no doubt ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reason", [Reason.CONNECT_REFUSED, Reason.HTTP_STATUS, Reason.TLS_EXPIRED, Reason.BODY])
async def test_what_only_a_target_can_say_is_never_our_network(watch: Watch, reason: Reason) -> None:
    watch.network_works = False
    assert await watch.fails(3, reason) == [reason] * 3


async def test_what_is_down_already_stays_down_when_our_network_goes_too(watch: Watch) -> None:
    await watch.fails(3)
    watch.network_works = False
    assert await watch.fails(2) == [Reason.CONNECT_TIMEOUT] * 2


async def test_what_was_seen_stays_in_the_evidence(watch: Watch) -> None:
    watch.network_works = False
    await watch.fails(3)
    latest = watch.story.board.latest["api/health"]
    assert latest.evidence["seen"] == "seen"
    assert latest.detail == "our own network: no reference answers either"


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (Verdict.FAIL, Reason.TLS_EXPIRED),
        (Verdict.FAIL, Reason.TLS_NOT_YET_VALID),
        (Verdict.SLOW, Reason.CERTIFICATE_EXPIRING),
    ],
)
async def test_a_certificate_is_not_judged_by_a_clock_that_is_wrong(
    watch: Watch, verdict: Verdict, reason: Reason
) -> None:
    watch.wrong_by = -2 * HOUR
    seen = await watch.run("api/health", verdict, reason)
    assert (seen.verdict, seen.reason) == (Verdict.UNKNOWN, Reason.OWN_CLOCK)
    assert seen.detail == "our own clock is 2 h ahead of what servers tell"


async def test_an_expired_certificate_is_their_outage_while_nobody_says_that_our_clock_is_wrong(watch: Watch) -> None:
    assert await watch.fails(3, Reason.TLS_EXPIRED) == [Reason.TLS_EXPIRED] * 3
    assert len(watch.story.incidents) == 1


async def test_a_clock_that_is_wrong_excuses_nothing_else(watch: Watch) -> None:
    watch.wrong_by = 2 * HOUR
    assert await watch.fails(1, Reason.HTTP_STATUS) == [Reason.HTTP_STATUS]
