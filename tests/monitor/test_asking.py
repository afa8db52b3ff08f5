from __future__ import annotations

from dataclasses import replace

from monitor.asking import Asking
from monitor.core.model import Instant, Reason, Result, Verdict
from monitor.core.redaction import Redactor
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings
from tests.builders import NOON
from tests.daemons import Target
from tests.monitor.probers.busy import BusyLoop
from tests.monitor.probers.servers import answer, http_server


class FakeClock:
    def now(self) -> Instant:
        return NOON


def settings(url: str) -> ProbeSettings:
    return ProbeSettings(
        id="api/health", target=HttpTarget(url=url), expect=Expect(), timeout=2_000, slow_after=1_000
    )


async def test_a_run_gives_one_result() -> None:
    heard: list[Result] = []
    async with Target() as target:
        asking = Asking(FakeClock(), heard.append)
        asking.replace({"api/health": settings(f"{target.url}/api")}, Redactor(()))
        await asking.run("api/health")
        await asking.close()
    assert [result.verdict for result in heard] == [Verdict.PASS]


async def test_a_bug_of_ours_is_unknown_and_no_fault_of_the_target() -> None:
    class BrokenClock(FakeClock):
        """Tells the time once more after it broke in the middle of a run."""

        def __init__(self) -> None:
            self.asked = 0

        def now(self) -> Instant:
            self.asked += 1
            if self.asked == 2:
                raise ZeroDivisionError
            return NOON

    heard: list[Result] = []
    asking = Asking(BrokenClock(), heard.append)
    asking.replace({"api/health": settings("http://127.0.0.1:1/")}, Redactor(()))
    await asking.run("api/health")
    await asking.close()
    assert [(result.verdict, result.reason) for result in heard] == [(Verdict.UNKNOWN, Reason.BUG)]


async def test_what_was_asked_under_a_config_that_is_no_more_is_not_heard() -> None:
    heard: list[Result] = []

    class Replacing(FakeClock):
        """Replaces the config as soon as the run has begun."""

        def now(self) -> Instant:
            asking.replace({"api/health": settings("http://127.0.0.1:2/")}, Redactor(()))
            return NOON

    asking = Asking(Replacing(), heard.append)
    asking.replace({"api/health": settings("http://127.0.0.1:1/")}, Redactor(()))
    await asking.run("api/health")
    await asking.close()
    assert heard == []


async def test_a_run_of_a_probe_that_was_just_removed_is_no_run() -> None:
    heard: list[Result] = []
    asking = Asking(FakeClock(), heard.append)
    asking.replace({"api/health": settings("http://127.0.0.1:1/")}, Redactor(()))
    asking.replace({}, Redactor(()))
    await asking.run("api/health")
    await asking.close()
    assert heard == []


async def heard_of(url: str) -> list[Result]:
    """What is heard of one run, with a timeout that passes while a busy loop is busy."""
    heard: list[Result] = []
    asking = Asking(FakeClock(), heard.append)
    asking.replace({"api/health": replace(settings(url), timeout=250)}, Redactor(()))
    await asking.run("api/health")
    await asking.close()
    return heard


async def test_a_run_that_came_to_a_stall_is_repeated_and_the_second_counts() -> None:
    with http_server(BusyLoop().answer_meanwhile, answer()) as server:
        heard = await heard_of(server.url)
        assert len(server.requests) == 2
    assert [(result.verdict, result.stalled) for result in heard] == [(Verdict.PASS, False)]


async def test_a_run_is_repeated_only_once() -> None:
    with http_server(*[BusyLoop().answer_meanwhile for _ in range(2)]) as server:
        heard = await heard_of(server.url)
        assert len(server.requests) == 2
    assert [(result.verdict, result.reason) for result in heard] == [(Verdict.UNKNOWN, Reason.STALL)]
