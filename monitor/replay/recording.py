"""What is met on the way through what was recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from monitor.core.ids import recurs_by_config
from monitor.core.model import Cancelled, Configured, Instant, Observation, Planned, Result, Setup, Window


@dataclass(slots=True)
class Recording:
    """Grows with each observation that is noted, in their order."""

    begins: Instant | None = None  # the first observation of all; None: there is none
    ends: Instant = 0  # the last one
    results: Counter[str] = field(default_factory=Counter)  # by probe, of the time asked for
    setup: Setup = field(default_factory=Setup)  # the last one
    reconfigured: bool = False  # the config changed in the time asked for
    altered: dict[str, str] = field(default_factory=dict)  # occurrence that people changed or cancelled → its rule
    unheard: int = 0  # what people said of incidents that the last side has not, or no more
    occurrences: dict[str, Window] = field(default_factory=dict)  # those of the rules of a config, as they are now

    def note(self, observation: Observation, since: Instant) -> None:
        """Of what lies before `since`, only what bears on what comes later."""
        match observation:
            case Result():
                self.results[observation.probe] += observation.at >= since
            case Configured():
                self._note_config(observation, since)
            case Planned() if recurs_by_config(observation.window.by):
                self._note_occurrence(observation.window, since)
            case Cancelled() if observation.window in self.occurrences:
                self._note_end(observation, since)

    def _note_config(self, configured: Configured, since: Instant) -> None:
        if configured.at >= since and self.setup not in (Setup(), configured.setup):
            self.reconfigured = True
        self.setup = configured.setup

    def _note_occurrence(self, window: Window, since: Instant) -> None:
        """A rule plans it once; after that it is people who do."""
        was = self.occurrences.get(window.id)
        self.occurrences[window.id] = window
        if was is not None and max(was.ends, window.ends) > since:
            self.altered[window.id] = window.by

    def _note_end(self, cancelled: Cancelled, since: Instant) -> None:
        window = self.occurrences[cancelled.window]
        if not cancelled.orphaned:
            if window.ends > since:
                self.altered[window.id] = window.by
            return
        del self.occurrences[window.id]  # its rule may come back, and plans it anew
        if cancelled.at >= since:
            self.reconfigured = True
