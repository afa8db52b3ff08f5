"""From a result to the same one, or to unknown, where what was seen may come from our own network or clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum, auto

from monitor.core.board import Board
from monitor.core.model import Duration, Health, Reason, Result, Verdict
from monitor.core.wording import spoken
from monitor.doubts.references import References

# Nothing came back: so it would look, too, if our own network were cut.
SILENCE = frozenset(
    {
        Reason.DNS,
        Reason.DNS_TIMEOUT,
        Reason.CONNECT_TIMEOUT,
        Reason.UNREACHABLE,
        Reason.TLS_TIMEOUT,
        Reason.TIMEOUT_HEADERS,
        Reason.TIMEOUT_BODY,
        Reason.RESET,
        Reason.AUTH,
        Reason.CALLBACK_MISSING,
    }
)
# What is judged by the time of day.
DATED = frozenset({Reason.TLS_EXPIRED, Reason.TLS_NOT_YET_VALID, Reason.CERTIFICATE_EXPIRING})


class Witness(Enum):
    """What of a probe's results shows that our own network works."""

    NOTHING = auto()  # it asks our own machine
    ANY_ANSWER = auto()
    RIGHT_ANSWER = auto()  # a wrong one may come from a proxy of ours


class Doubts:
    """Asked once for each result, as soon as its run ends.

    Args:
        board: as it is shown.
        wrong_by: how much our clock would have to be put forward, by the word of those we asked; None: it is right.
        now: milliseconds that never step.
    """

    def __init__(
        self,
        board: Board,
        references: References,
        wrong_by: Callable[[], Duration | None],
        now: Callable[[], int],
    ) -> None:
        self._board = board
        self._references = references
        self._wrong_by = wrong_by
        self._now = now
        self._witnesses: Mapping[str, Witness] = {}

    def use(self, witnesses: Mapping[str, Witness]) -> None:
        """Judge by these from now on: probe → what an answer to it says of our own network."""
        self._witnesses = witnesses

    async def judge(self, result: Result) -> Result:
        """The result, or in its place that nothing is known since the fault may be ours."""
        ended = self._now()
        began = ended - max(result.at - result.started, 0)
        if self._came_back(result):
            self._references.hear(began, ended)
        if result.reason in DATED:
            return self._by_our_clock(result)
        if self._doubtful(result) and await self._references.tainted(began):
            cut = "no reference answers either" if self._references.silent else "it was cut when this run began"
            return _ours(result, Reason.OWN_NETWORK, f"our own network: {cut}")
        return result

    def _came_back(self, result: Result) -> bool:
        """Whether something came back from outside, by our own network."""
        match self._witnesses.get(result.probe, Witness.NOTHING):
            case Witness.ANY_ANSWER:
                return result.verdict is not Verdict.UNKNOWN and result.reason not in SILENCE
            case Witness.RIGHT_ANSWER:
                return result.verdict in (Verdict.PASS, Verdict.SLOW)
        return False

    def _by_our_clock(self, result: Result) -> Result:
        wrong = self._wrong_by()
        if wrong is None:
            return result
        way = "behind" if wrong > 0 else "ahead"
        return _ours(result, Reason.OWN_CLOCK, f"our own clock is {spoken(abs(wrong))} {way} of what servers tell")

    def _doubtful(self, result: Result) -> bool:
        """Whether it may become trouble that is not there yet; a lost first packet alone makes a run slow."""
        state = self._board.probes.get(result.probe)
        if state is None or state.health is Health.DOWN:
            return False
        return result.reason in SILENCE or (result.reason is Reason.LATENCY and state.health is not Health.SLOW)


def _ours(result: Result, reason: Reason, detail: str) -> Result:
    """Nothing is known of the target; what was seen of it stays in the evidence."""
    seen = {**result.evidence, "seen": result.detail} if result.detail else result.evidence
    return replace(result, verdict=Verdict.UNKNOWN, reason=reason, detail=detail, evidence=seen)
