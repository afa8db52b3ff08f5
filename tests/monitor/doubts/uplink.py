"""Our own network, which is cut now and then, and what is asked through it on virtual time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.model import SECOND, Duration, Instant

TRIES = (0, 1 * SECOND, 3 * SECOND, 7 * SECOND)  # after which a kernel sends its first packet, and again
ANSWERS_IN: Duration = 100


@dataclass(frozen=True)
class Cut:
    """Packets are lost; or, where `refused`, we are told at once that there is no way."""

    begins: Instant
    ends: Instant
    refused: bool = False


@dataclass(frozen=True)
class Uplink:
    """What passes when: nothing in a cut, and from a host that died nothing any more."""

    cuts: Sequence[Cut] = ()
    deaths: Mapping[str, Instant] = field(default_factory=dict)

    def takes(self, host: str, begins: Instant, limit: Duration) -> tuple[bool, Duration]:
        """Whether an answer comes to what begins then, and after how long that is known."""
        cut = self._cut(begins)
        if cut is not None and cut.refused:
            return False, 1
        for after in TRIES:
            if after + ANSWERS_IN <= limit and self._passes(host, begins + after):
                return True, after + ANSWERS_IN
        return False, limit

    def _passes(self, host: str, at: Instant) -> bool:
        answered = at + ANSWERS_IN
        died = self.deaths.get(host)
        return self._cut(at) is None and self._cut(answered) is None and (died is None or answered < died)

    def _cut(self, at: Instant) -> Cut | None:
        return next((cut for cut in self.cuts if cut.begins <= at < cut.ends), None)
