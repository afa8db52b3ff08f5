from __future__ import annotations

import pytest

from monitor.core.model import HOUR, Reason, Result, Verdict
from monitor.doubts import Doubts, Reference, References
from tests.builders import component_setup, result
from tests.monitor.core.story import PACE, Story

GATEWAY = Reference("gateway.test", 443)
HOSTS = {"api/health": "api.test", "cdn/health": "cdn.test"}


class Watch:
    """A story whose results are doubted before they are decided."""

    def __init__(self) -> None:
        self.story = Story(component_setup("api"), component_setup("cdn"))
        self.network_works = True
        self.wrong_by: int | None = None
        self.references = References(self._ask, lambda: self.story.now / 1_000)
        self.doubts = Doubts(self.story.board, self.references, lambda: self.wrong_by)
        self.doubts.use(HOSTS)

    async def _ask(self, _: Reference) -> bool:
        return self.network_works

    async def run(self, probe: str, verdict: Verdict, reason: Reason | None = None) -> Result:
        seen = await self.doubts.judge(result(probe, verdict, started=self.story.now, reason=reason, detail="seen"))
        self.story.observe(seen)
        self.story.now += PACE
        return seen

    async def fails(self, times: int, reason: Reason = Reason.CONNECT_TIMEOUT) -> list[Reason | None]:
        return [(await self.run("api/health", Verdict.FAIL, reason)).reason for _ in range(times)]


@pytest.fixture
async def watch() -> Watch:
    watch = Watch()
    await watch.references.use([GATEWAY])
    await watch.run("api/health", Verdict.PASS)
    return watch


async def test_what_would_confirm_a_failure_is_unknown_when_no_reference_answers(watch: Watch) -> None:
    watch.network_works = False
    assert await watch.fails(5) == [Reason.CONNECT_TIMEOUT] * 2 + [Reason.OWN_NETWORK] * 3
    assert not watch.story.incidents


async def test_a_failure_is_confirmed_when_a_reference_answers(watch: Watch) -> None:
    assert await watch.fails(3) == [Reason.CONNECT_TIMEOUT] * 3
    assert len(watch.story.incidents) == 1


async def test_a_real_outage_opens_with_the_first_run_after_our_network_is_back(watch: Watch) -> None:
    watch.network_works = False
    await watch.fails(4)
    watch.network_works = True
    assert await watch.fails(1) == [Reason.CONNECT_TIMEOUT]
    assert len(watch.story.incidents) == 1


async def test_another_host_that_was_heard_since_the_streak_began_proves_that_our_network_works(watch: Watch) -> None:
    watch.network_works = False
    await watch.fails(1)
    await watch.run("cdn/health", Verdict.PASS)
    assert await watch.fails(2) == [Reason.CONNECT_TIMEOUT] * 2
    assert len(watch.story.incidents) == 1


async def test_another_host_that_was_heard_before_the_streak_began_proves_nothing(watch: Watch) -> None:
    await watch.run("cdn/health", Verdict.PASS)
    watch.network_works = False
    assert (await watch.fails(3))[-1] is Reason.OWN_NETWORK


async def test_an_answer_that_is_wrong_proves_as_much_as_one_that_is_right(watch: Watch) -> None:
    watch.network_works = False
    await watch.fails(1)
    await watch.run("cdn/health", Verdict.FAIL, Reason.HTTP_STATUS)
    assert (await watch.fails(2))[-1] is Reason.CONNECT_TIMEOUT


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
