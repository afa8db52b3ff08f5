"""From a result to the same one, or to unknown, where what was seen may come from our own network or clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.core.board import Board
from monitor.core.model import Duration, Health, Instant, ProbeState, Reason, Result, Verdict
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


class Doubts:
    """Asked once for each result, in the order in which runs end.

    Args:
        board: as it is shown.
        wrong_by: how much our clock would have to be put forward, by the word of those we asked; None: it is right.
    """

    def __init__(self, board: Board, references: References, wrong_by: Callable[[], Duration | None]) -> None:
        self._board = board
        self._references = references
        self._wrong_by = wrong_by
        self._hosts: Mapping[str, str] = {}
        self._heard: dict[str, Instant] = {}  # host → when the latest run began in which something came back

    def use(self, hosts: Mapping[str, str]) -> None:
        """Judge by these hosts from now on: probe → the host that it asks."""
        self._hosts = hosts
        self._heard = {host: at for host, at in self._heard.items() if host in hosts.values()}

    async def judge(self, result: Result) -> Result:
        """The result, or in its place that nothing is known since the fault may be ours."""
        if result.verdict is not Verdict.UNKNOWN and result.reason not in SILENCE:
            self._hear(result)
        if result.reason in DATED:
            return self._by_our_clock(result)
        if result.reason in SILENCE and self._would_confirm(result) and await self._cut_off(result):
            return _ours(result, Reason.OWN_NETWORK, "our own network: no reference answers either")
        return result

    def _hear(self, result: Result) -> None:
        host = self._hosts.get(result.probe)
        if host is not None:
            self._heard[host] = max(result.started, self._heard.get(host, 0))

    def _by_our_clock(self, result: Result) -> Result:
        wrong = self._wrong_by()
        if wrong is None:
            return result
        way = "behind" if wrong > 0 else "ahead"
        return _ours(result, Reason.OWN_CLOCK, f"our own clock is {spoken(abs(wrong))} {way} of what servers tell")

    def _would_confirm(self, result: Result) -> bool:
        setup, state = self._board.probe_setup(result.probe), self._board.probes.get(result.probe)
        if setup is None or state is None or state.health is Health.DOWN:
            return False
        return state.fails.count + 1 >= setup.failure_threshold

    async def _cut_off(self, result: Result) -> bool:
        return not self._others_heard(result) and await self._references.silent()

    def _others_heard(self, result: Result) -> bool:
        """Whether something came back from another host since this streak began."""
        since, host = _began(self._board.probes[result.probe], result), self._hosts.get(result.probe)
        return any(at >= since for other, at in self._heard.items() if other != host)


def _began(state: ProbeState, result: Result) -> Instant:
    return state.fails.since if state.fails.count else result.started


def _ours(result: Result, reason: Reason, detail: str) -> Result:
    """Nothing is known of the target; what was seen of it stays in the evidence."""
    seen = {**result.evidence, "seen": result.detail} if result.detail else result.evidence
    return replace(result, verdict=Verdict.UNKNOWN, reason=reason, detail=detail, evidence=seen)
