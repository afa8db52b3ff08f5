"""Any story: whatever results, waits, restarts, reloads and clocks set back may come to."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from monitor.core.board import Board
from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    ComponentState,
    Duration,
    Incident,
    ProbeState,
    Reason,
    Result,
    Setup,
    Started,
    Verdict,
    Window,
)
from storage.codec import Noun, decode, encode
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.core.story import Story

AUTH = component_setup("auth")
API = component_setup("api", depends_on=("auth",), probes=(probe_setup("api/health"), probe_setup("api/deep")))
NIGHTLY = probe_setup("batch/nightly", interval=5 * MINUTE, grace=MINUTE, failure_threshold=1, success_threshold=1)
BATCH = component_setup("batch", depends_on=("api",), probes=(probe_setup("batch/health"), NIGHTLY))
CDN = component_setup("cdn")
EVERYTHING = (API, AUTH, BATCH, CDN)
COMPONENTS = ("auth", "api", "batch", "cdn")
PROBES = ("auth/health", "api/health", "api/deep", "batch/health", "batch/nightly", "cdn/health")
WINDOW = Window(id="mnt_1", title="Upgrade", components=("api",), starts=NOON + 20 * MINUTE, ends=NOON + 40 * MINUTE)
SETUPS = (
    setup(*EVERYTHING),
    setup(AUTH, API, BATCH),
    setup(CDN, component_setup("api", probes=(probe_setup("api/health"),))),
    setup(AUTH, replace(API, probes=(probe_setup("api/health", fingerprint="g"),)), CDN),
    setup(*EVERYTHING, windows=(WINDOW,)),
    setup(*EVERYTHING, windows=(replace(WINDOW, ends=NOON + HOUR),)),
    setup(API, AUTH, replace(BATCH, probes=(probe_setup("batch/health"), replace(NIGHTLY, grace=None))), CDN),
)

verdicts = st.sampled_from([Verdict.PASS, Verdict.PASS, Verdict.SLOW, Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN])
reasons = st.sampled_from([Reason.CONNECT_REFUSED, Reason.HTTP_STATUS])
waits = st.sampled_from([SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 6 * MINUTE])


class AnyStory(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.times_set_back = 0  # after the first, what is done at an instant may be done at it again

    @initialize(planned=st.sampled_from([(), (WINDOW,)]))
    def begin(self, planned: tuple[Window, ...]) -> None:
        self.story = Story(*EVERYTHING, windows=planned)

    @rule(probe=st.sampled_from(PROBES), verdict=verdicts, reason=reasons, times=st.integers(1, 4), pace=waits)
    def run_in_a_row(self, probe: str, verdict: Verdict, reason: Reason, times: int, pace: Duration) -> None:
        for _ in range(times):
            why = reason if verdict is Verdict.FAIL else None
            self.story.observe(result(probe, verdict, started=self.story.now, reason=why))
            self.story.now += pace

    @rule(verdict=verdicts, times=st.integers(1, 3))
    def run_everything(self, verdict: Verdict, times: int) -> None:
        for _ in range(times):
            for probe in PROBES:
                self.story.observe(result(probe, verdict, started=self.story.now))
            self.story.now += 30 * SECOND

    @rule(duration=waits)
    def wait(self, duration: Duration) -> None:
        self.story.wait(duration)

    @rule(gap=st.sampled_from([0, SECOND, 10 * MINUTE, HOUR]))
    def restart(self, gap: Duration) -> None:
        self.story.board = read_back(self.story.board)
        self.story.sleep(gap)

    @rule(back=st.sampled_from([SECOND, 5 * MINUTE]))
    def set_the_clock_back(self, back: Duration) -> None:
        self.times_set_back += 1
        last_alive = self.story.now
        second = max(last_alive - back, NOON + MINUTE) // SECOND * SECOND
        # No millisecond comes twice: what happened in one is told from what happens in its like.
        self.story.now = second + self.times_set_back * 7
        self.story.observe(Started(self.story.now, last_alive))

    @rule(probe=st.sampled_from(PROBES), verdict=verdicts, took=st.sampled_from([SECOND, 25 * SECOND]))
    def end_a_run_that_took_long(self, probe: str, verdict: Verdict, took: Duration) -> None:
        self.story.now += SECOND
        started = max(self.story.now - took, NOON)
        self.story.observe(result(probe, verdict, started=started, took=self.story.now - started))

    @rule(number=st.integers(0, len(SETUPS) - 1))
    def reconfigure(self, number: int) -> None:
        self.story.configure(SETUPS[number])
        self.story.now += SECOND


def read_back(board: Board) -> Board:
    """The board as it comes back from what is written down of it."""
    return Board(
        setup=_again(Setup, board.setup),
        probes={id_: _again(ProbeState, state) for id_, state in board.probes.items()},
        components={id_: _again(ComponentState, state) for id_, state in board.components.items()},
        incidents=[_again(Incident, incident) for incident in board.incidents.values()],
        latest={probe: _again(Result, latest) for probe, latest in board.latest.items()},
        at=board.at,
    )


def _again(noun: type[Noun], written: Noun) -> Noun:
    return decode(noun, encode(written))
