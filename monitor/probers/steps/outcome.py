"""What one step of a transaction came to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from monitor.core.model import Instant, Phases
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.exchange import Exchange
from monitor.probers.wire.certificate import earliest
from monitor.probers.wire.phases import MICROSECOND, total


@dataclass(slots=True)
class Outcome:
    """Grows while the step goes on. It holds at least one exchange in the end."""

    exchanges: list[Exchange] = field(default_factory=list)
    failure: Failure | None = None
    waited: int = 0  # ns between the requests of a poll, and for a callback

    def add(self, exchange: Exchange) -> None:
        """Of the answers only the last is of any more use, and they may be large."""
        if self.exchanges:
            self.exchanges[-1] = replace(self.last, answer=None)
        self.exchanges.append(exchange)

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]

    @property
    def phases(self) -> Phases:
        """Summed over all requests. What was waited for is the target's work, and counts as its processing."""
        spent = total(exchange.phases for exchange in self.exchanges)
        if not self.waited:
            return spent
        return replace(spent, processing=(spent.processing or 0) + self.waited // MICROSECOND)

    @property
    def ours(self) -> int:
        """Ns of the phases that a stall of ours would have lengthened."""
        return self.waited + sum(exchange.ours for exchange in self.exchanges)

    @property
    def secrets(self) -> list[str]:
        return [secret for exchange in self.exchanges for secret in exchange.secrets]

    @property
    def certificate_expires(self) -> Instant | None:
        """The earliest of all."""
        return earliest(exchange.certificate_expires for exchange in self.exchanges)
