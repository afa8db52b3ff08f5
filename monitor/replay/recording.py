"""What is met on the way through what was recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from monitor.core.model import Cancelled, Configured, Instant, Observation, Result, Setup


@dataclass(slots=True)
class Recording:
    """Grows with each observation that is noted, in their order."""

    begins: Instant | None = None  # the first observation of all; None: there is none
    ends: Instant = 0  # the last one
    results: Counter[str] = field(default_factory=Counter)  # by probe, of the time asked for
    setup: Setup = field(default_factory=Setup)  # the last one
    reconfigured: bool = False  # the config changed in the time asked for
    unheard: int = 0  # what people said of incidents that the last side has not, or no more

    def note(self, observation: Observation, since: Instant) -> None:
        """Of what lies before `since`, only what bears on what comes later."""
        match observation:
            case Result():
                self.results[observation.probe] += observation.at >= since
            case Configured():
                self._note_config(observation, since)
            case Cancelled(orphaned=True):
                self.reconfigured = self.reconfigured or observation.at >= since

    def _note_config(self, configured: Configured, since: Instant) -> None:
        if configured.at >= since and self.setup not in (Setup(), configured.setup):
            self.reconfigured = True
        self.setup = configured.setup
