"""The board: all current states in memory, and the lookups that decisions and readers need.

Only `apply` changes it, and only with a step that was written down before (the pipeline sees to that).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from monitor.core.ids import owner
from monitor.core.model import (
    ComponentSetup,
    ComponentState,
    Configured,
    Health,
    Incident,
    Instant,
    Observation,
    ProbeSetup,
    ProbeState,
    Result,
    Setup,
    Started,
    Step,
)

STALE_AFTER = 3  # intervals without a result, while we watch
NEVER: Instant = 2**62


class Board:
    """Current states by id.

    `incidents` holds the open ones and those that may still be reopened; older ones are history's.
    A probe that became one of another kind has no state until it is heard of.
    `revision` grows whenever something other than a latest result changed.
    """

    def __init__(
        self,
        *,
        setup: Setup | None = None,
        probes: Mapping[str, ProbeState] | None = None,
        components: Mapping[str, ComponentState] | None = None,
        incidents: Iterable[Incident] = (),
        latest: Mapping[str, Result] | None = None,
        at: Instant = 0,
    ) -> None:
        self.setup = setup or Setup()
        self.probes = dict(probes or {})
        self.components = dict(components or {})
        self.incidents = {incident.id: incident for incident in incidents}
        self.latest = dict(latest or {})
        self.at = at
        self.revision = 0
        self.next_calendar = NEVER
        self._index()

    def copy(self) -> Board:
        return Board(
            setup=self.setup,
            probes=self.probes,
            components=self.components,
            incidents=self.incidents.values(),
            latest=self.latest,
            at=self.at,
        )

    # ── lookups ──────────────────────────────────────────────────────────────────────────────────────

    def component_of(self, probe: str) -> ComponentSetup | None:
        """The component that owns the probe; None when neither is configured any more."""
        return self._owners.get(probe)

    def probe_setup(self, probe: str) -> ProbeSetup | None:
        return self._probe_setups.get(probe)

    def component_setup(self, component: str) -> ComponentSetup | None:
        return self._component_setups.get(component)

    def dependencies(self, component: str) -> frozenset[str]:
        """All that the component depends on, directly or through others."""
        return self._dependencies.get(component, frozenset())

    def open_incidents(self) -> list[Incident]:
        """Oldest first."""
        return sorted(
            (incident for incident in self.incidents.values() if incident.open),
            key=lambda incident: (incident.created_at, incident.id),
        )

    def silent_at(self, probe: str) -> Instant:
        """When the probe falls silent if nothing more is heard of it."""
        latest, setup, state = self.latest.get(probe), self.probe_setup(probe), self.probes.get(probe)
        if latest is None or setup is None or state is None or state.blind:
            return NEVER
        if setup.grace is None:
            return latest.at + STALE_AFTER * setup.interval + state.unwatched
        down = state.health is Health.DOWN  # what is down already cannot be missed
        late = setup.grace + (setup.interval if state.deaf else 0)
        return NEVER if down else latest.at + setup.interval + late + state.unwatched

    # ── deadlines ────────────────────────────────────────────────────────────────────────────────────

    def is_due(self, at: Instant) -> bool:
        """Whether any deadline falls due at or before an instant."""
        if self.next_calendar <= at:
            return True
        nearly = bool(self._hints) and self._hints[0][0] <= at
        return nearly and bool(self.silent_by(at))

    def silent_by(self, at: Instant) -> list[tuple[Instant, str]]:
        """Probes that fell silent at or before `at`, as (instant, probe), in that order.

        Hints say when to look at a probe, early if need be; the look is what counts, and renews the hint.
        """
        fallen: list[tuple[Instant, str]] = []
        while self._hints and self._hints[0][0] <= at:
            _, probe = heapq.heappop(self._hints)
            due = self.silent_at(probe)
            if due <= at:
                fallen.append((due, probe))
            elif due < NEVER:
                heapq.heappush(self._hints, (due, probe))
            else:
                self._hinted.discard(probe)
        for entry in fallen:
            heapq.heappush(self._hints, entry)
        return sorted(fallen)

    # ── change ───────────────────────────────────────────────────────────────────────────────────────

    def apply(self, observation: Observation, step: Step) -> None:
        """Put a step on the board, and the observation it came from."""
        if isinstance(observation, Started):
            self.at = observation.at  # the one observation that may turn the clock back
        else:
            self.at = max(self.at, observation.at)
        if isinstance(observation, Result) and observation.probe in self._probe_setups:
            self._hear(observation)
        if step.changed:
            self._put(step)
            self.revision += 1
            if isinstance(observation, Started | Configured):
                self._index()
            elif step.incidents or step.setup is not None or self.next_calendar <= self.at:
                self.next_calendar = self._calendar()

    def _hear(self, result: Result) -> None:
        self.latest[result.probe] = result
        if result.probe not in self._hinted:
            self._hinted.add(result.probe)
            heapq.heappush(self._hints, (result.at, result.probe))

    def _put(self, step: Step) -> None:
        if step.setup is not None:
            self.setup = step.setup
        for probe, state in step.probes.items():
            if state is None:
                self.probes.pop(probe, None)
                self.latest.pop(probe, None)
            else:
                self.probes[probe] = state
        for component, component_state in step.components.items():
            if component_state is None:
                self.components.pop(component, None)
            else:
                self.components[component] = component_state
        self.incidents.update(step.incidents)
        self._forget_incidents()

    def _forget_incidents(self) -> None:
        """Keep what is open, and of the rest what trouble could still reopen."""
        forgotten = [i.id for i in self.incidents.values() if not i.open and not self._may_reopen(i)]
        for incident in forgotten:
            del self.incidents[incident]

    def _may_reopen(self, incident: Incident) -> bool:
        """Trouble reopens it that began in time, however late it is confirmed."""
        if incident.reopen_until is None:
            return False
        if incident.reopen_until >= self.at:
            return True
        owned = (state for probe, state in self.probes.items() if owner(probe) in incident.components)
        return any((state.streak_since or NEVER) <= incident.reopen_until for state in owned)

    def _index(self) -> None:
        self._component_setups = {component.id: component for component in self.setup.components}
        self._owners = {probe.id: component for component in self.setup.components for probe in component.probes}
        self._probe_setups = {probe.id: probe for component in self.setup.components for probe in component.probes}
        self._dependencies = {component: self._reach(component) for component in self._component_setups}
        looks = [(self._first_look(probe), probe) for probe in self._probe_setups]
        self._hints = sorted(look for look in looks if look[0] < NEVER)
        self._hinted = {probe for _, probe in self._hints}
        self.next_calendar = self._calendar()

    def _first_look(self, probe: str) -> Instant:
        """When the probe falls silent at the earliest: a beat takes back what deafness lent."""
        due, state = self.silent_at(probe), self.probes.get(probe)
        lent = state is not None and state.deaf and due < NEVER
        return due - self._probe_setups[probe].interval if lent else due

    def _reach(self, component: str) -> frozenset[str]:
        reached: set[str] = set()
        waiting = list(self._component_setups[component].depends_on)
        while waiting:
            name = waiting.pop()
            if name not in reached and name in self._component_setups:
                reached.add(name)
                waiting.extend(self._component_setups[name].depends_on)
        return frozenset(reached)

    def _calendar(self) -> Instant:
        """The next edge of a window, or resolve of an incident."""
        resolves = [i.resolve_at for i in self.incidents.values() if i.open and i.resolve_at is not None]
        windows = [edge for w in self.setup.in_force for edge in (w.starts, w.ends) if edge > self.at]
        return min(resolves + windows, default=NEVER)
