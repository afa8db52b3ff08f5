from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from exporter.beats import Beats
from monitor.core.model import MINUTE, Reason, Result, Verdict
from monitor.core.ports import StoreRefused
from monitor.core.redaction import Redactor
from tests.builders import NOON
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeClock, sources

TOKEN = "hb_0123456789abcdef"


@dataclass
class Pulse:
    """Beats, and what came of them."""

    clock: FakeClock = field(default_factory=FakeClock)
    taken: list[Result] = field(default_factory=list)
    trouble: Exception | None = None

    def __post_init__(self) -> None:
        self.beats = Beats(self.clock, self._take, Redactor(["s3cret"]))
        self.beats.use({"batch/nightly": TOKEN})

    async def _take(self, result: Result) -> None:
        self.taken.append(result)
        if self.trouble is not None:
            raise self.trouble


@pytest.mark.parametrize(
    ("signal", "verdict", "detail"),
    [
        ("", Verdict.PASS, ""),
        ("/0", Verdict.PASS, ""),
        ("/fail", Verdict.FAIL, "it reported a failure"),
        ("/3", Verdict.FAIL, "it ended with exit code 3"),
        ("/255", Verdict.FAIL, "it ended with exit code 255"),
    ],
)
async def test_a_beat_says_how_it_went(serve: Serve, signal: str, verdict: Verdict, detail: str) -> None:
    pulse = Pulse()
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}{signal}") as answer:
        assert answer.status == 204
    (result,) = pulse.taken
    assert (result.probe, result.started, result.verdict, result.detail) == ("batch/nightly", NOON, verdict, detail)
    assert result.reason is (Reason.HEARTBEAT_FAILED if verdict is Verdict.FAIL else None)


async def test_the_time_between_start_and_end_is_the_latency(serve: Serve) -> None:
    pulse = Pulse()
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}/start") as answer:
        assert answer.status == 204
    assert pulse.taken == []
    pulse.clock.at += 5 * MINUTE
    async with client.post(f"/heartbeats/{TOKEN}"):
        pass
    async with client.post(f"/heartbeats/{TOKEN}"):
        pass
    assert [result.phases.processing for result in pulse.taken] == [5 * 60 * 1_000_000, None]


@pytest.mark.parametrize("path", ["hb_wrong", f"{TOKEN}x", TOKEN[:-1], TOKEN.upper(), "%FF", "hb_wrong/start"])
async def test_a_wrong_token_is_nothing_at_all(serve: Serve, path: str) -> None:
    pulse = Pulse()
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{path}") as answer:
        assert answer.status == 404
        assert "hb_" not in await answer.text()
    assert pulse.taken == []


@pytest.mark.parametrize("signal", ["256", "-1", "stop", "00", "1.5"])
async def test_a_signal_that_nobody_knows_changes_nothing_and_is_told_what_there_is(
    serve: Serve, signal: str
) -> None:
    pulse = Pulse()
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}/{signal}") as answer:
        assert answer.status == 404
        assert "/start, /fail, exit codes" in (await answer.json())["detail"]
    assert pulse.taken == []


async def test_what_a_failed_job_says_is_kept_without_secrets(serve: Serve) -> None:
    pulse = Pulse()
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}/1", data="no login with s3cret " + "x" * 10_000):
        pass
    said = pulse.taken[0].evidence["said"]
    assert said.startswith("no login with [redacted] xxx")
    assert len(said) == 200


async def test_what_a_failed_job_says_holds_nothing_a_terminal_could_obey(serve: Serve) -> None:
    pulse = Pulse()
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}/1", data=b"\x1b[2Jfull\r\ndisk\x00"):
        pass
    assert pulse.taken[0].evidence["said"] == "\N{REPLACEMENT CHARACTER}[2Jfull  disk\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("trouble", [StoreRefused("the disk is full"), TimeoutError()], ids=["refused", "late"])
async def test_a_beat_that_is_not_written_down_yet_may_be_sent_again(serve: Serve, trouble: Exception) -> None:
    pulse = Pulse(trouble=trouble)
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}") as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "10"
        assert "not written down yet" in (await answer.json())["detail"]


async def test_a_token_that_was_taken_back_is_wrong_from_then_on(serve: Serve) -> None:
    pulse = Pulse()
    pulse.beats.use({"batch/nightly": "hb_another"})
    client = await serve(sources(beats=pulse.beats))
    async with client.post(f"/heartbeats/{TOKEN}") as answer:
        assert answer.status == 404
