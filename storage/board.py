"""What was decided, written down in the transaction of a commit, and the board that comes back from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from monitor.core.board import Board
from monitor.core.model import ComponentSetup, Incident, Instant, Observation, ProbeState, Setup, Started, Step
from monitor.core.ports import Decided
from monitor.core.subscribing import Delivery
from storage import (
    amendments,
    deliveries,
    events,
    incidents,
    maintenances,
    meta,
    observations,
    results,
    spans,
    states,
)
from storage.codec import decode, encode


def write(db: Database, decided: Sequence[Decided], alive: Instant, owed: Sequence[Delivery] = ()) -> list[Delivery]:
    """All that was decided and what is owed for it; of that, what was not owed before comes back."""
    steps = [step for _, step in decided if step.changed]
    observations.record(db, decided)
    _put_states(db, steps)
    for step in steps:
        spans.rewrite(db, step.ledger)
        amendments.put(db, step.amendments)
        maintenances.put(db, step.windows.values())
        events.record(db, step.events)
    meta.put(db, meta.AT, _moved(meta.number(db, meta.AT) or 0, (observation for observation, _ in decided)))
    meta.put(db, meta.ALIVE, alive)
    return deliveries.record(db, owed)


def load(db: Database) -> Board:
    """The board as the last commit left it."""
    at = meta.number(db, meta.AT) or 0
    setup = _setup(db)
    watched = {probe.id for component in setup.components for probe in component.probes}
    probes = states.probes(db)
    return Board(
        setup=setup,
        probes=probes,
        components=states.components(db),
        incidents=incidents.remembered(db, _trouble_since(probes.values(), at)),
        latest={probe: result for probe, result in results.latest(db).items() if probe in watched},
        at=at,
    )


def removed(db: Database) -> list[ComponentSetup]:
    """The components that were watched once and are no more, as they were last."""
    return list(_setup(db, meta.REMOVED).components)


def _put_states(db: Database, steps: Sequence[Step]) -> None:
    """Of what several steps changed, only the end is written."""
    states.put_probes(db, {id_: state for step in steps for id_, state in step.probes.items()})
    states.put_components(db, {id_: state for step in steps for id_, state in step.components.items()})
    changed: dict[str, Incident] = {id_: incident for step in steps for id_, incident in step.incidents.items()}
    incidents.put(db, changed.values())
    setups = [step.setup for step in steps if step.setup is not None]
    if setups:
        _put_setups(db, setups)


def _put_setups(db: Database, setups: Sequence[Setup]) -> None:
    """What is watched now; and as they were last, the components that are watched no more."""
    once = [*removed(db), *_setup(db).components, *(component for setup in setups for component in setup.components)]
    latest = {component.id: component for component in once}
    for component in setups[-1].components:
        del latest[component.id]
    meta.put(db, meta.SETUP, encode(setups[-1]))
    maintenances.put(db, setups[-1].windows)  # also those of before there was such a table
    meta.put(db, meta.REMOVED, encode(Setup(components=tuple(latest.values()))))


def _setup(db: Database, key: str = meta.SETUP) -> Setup:
    text = meta.text(db, key)
    return Setup() if text is None else decode(Setup, text)


def _trouble_since(probes: Iterable[ProbeState], at: Instant) -> Instant:
    """The earliest instant at which trouble that is not confirmed yet may have begun."""
    begun = [state.streak_since for state in probes if state.streak_since is not None]
    return min([at, *begun])


def _moved(at: Instant, seen: Iterable[Observation]) -> Instant:
    """The board's instant after these observations, by the board's own rule."""
    for observation in seen:
        at = observation.at if isinstance(observation, Started) else max(at, observation.at)
    return at
