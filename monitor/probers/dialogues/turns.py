"""The turns of a hop on which more than one question is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.probers.wire.phases import Hop


@dataclass
class Turns:
    """Takes each turn out of a hop when it is over; phases are then summed over all of `hops`."""

    hop: Hop
    _over: list[Hop] = field(default_factory=list)

    @property
    def hops(self) -> Sequence[Hop]:
        """One for each turn that is over, and the hop itself, which holds the turn that is not."""
        return [*self._over, self.hop]

    def begin_connected(self) -> None:
        """They have the first turn: we wait for them since the connection is up."""
        assert self.hop.dialled is not None
        self.hop.sent = self.hop.dialled + (self.hop.spent()["connect"] or 0)

    def end(self) -> None:
        """What was awaited has come. Until we send something, we wait for what else they say."""
        hop = self.hop
        hop.finish(by_end=False)
        self._over.append(
            Hop(
                hop.url,
                hop.host,
                sent=hop.sent,
                first_byte=hop.first_byte,
                finished=hop.finished,
                stamped=hop.stamped,
            )
        )
        hop.sent, hop.first_byte, hop.last_byte, hop.finished = hop.last_byte or hop.sent, None, None, None

    def interrupt(self) -> None:
        """What comes now is no turn."""
        self.hop.sent = None
