"""The machine: all decisions, as one pure function from a board and an observation to a step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.core import deadlines, health, incidents, maintenance, people, wording
from monitor.core.board import Board
from monitor.core.draft import Draft
from monitor.core.laying import change_probe, refresh, relay, state_of, watched
from monitor.core.model import (
    QUIET,
    Amended,
    Cancelled,
    Command,
    Configured,
    EventKind,
    Explained,
    Instant,
    Observation,
    Planned,
    Reported,
    Result,
    Setup,
    Started,
    Step,
    Tick,
    Verdict,
    Written,
)
from monitor.core.reconfiguring import configure


def advance(board: Board, observation: Observation) -> Step:
    """What the observation changes. The board stays as it is; `Board.apply` puts the step on it.

    Deadlines that fell due before the observation are settled first, each stamped with the instant at which it fell
    due; so it does not matter when a tick came.
    """
    if _is_quiet(board, observation):
        return QUIET
    draft = Draft(board)
    match observation:
        case Result():
            _settle(draft, observation.at)
            _hear(draft, observation)
        case Tick():
            _settle(draft, observation.at)
        case Started():
            _start(draft, observation)
        case Configured():
            _settle(draft, observation.at)
            configure(draft, observation.setup)
        case _:
            _settle(draft, observation.at)
            _obey(draft, observation)
    return draft.step()


def _is_quiet(board: Board, observation: Observation) -> bool:
    """Whether it can change nothing; this is the way of nearly all results, so it must be cheap."""
    if not isinstance(observation, (Result, Tick)) or board.is_due(observation.at):
        return False
    if isinstance(observation, Tick):
        return True
    state = board.probes.get(observation.probe)
    if state is None:
        return board.probe_setup(observation.probe) is None
    return observation.verdict is Verdict.PASS and health.is_settled(state)


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────────


def _settle(draft: Draft, until: Instant) -> None:
    """Settle what falls due by then, in the order in which it does, and go on to that instant."""
    fixed = deque(deadlines.fixed(draft, until))
    while True:
        resolve = deadlines.next_resolve(draft, until)
        if fixed and (resolve is None or fixed[0] < resolve):
            deadline = fixed.popleft()
        elif resolve is not None:
            deadline = resolve
        else:
            break
        draft.at = max(draft.at, deadline.due)
        SETTLING[deadline.kind](draft, deadline.subject)
    draft.at = max(draft.at, until)


def _fall_silent(draft: Draft, probe: str) -> None:
    state, setup = draft.probe(probe), draft.board.probe_setup(probe)
    if state is None or setup is None:
        return
    if setup.grace is None:
        change_probe(draft, probe, health.blinded(state, draft.at))
    else:
        change_probe(draft, probe, health.missed(state, draft.at, wording.no_beat(draft, setup)))


def _resolve(draft: Draft, incident: str) -> None:
    incidents.resolve(draft, draft.incident(incident))


def _begin_window(draft: Draft, window_id: str) -> None:
    _pass_edge(draft, window_id, EventKind.MAINTENANCE_STARTED)


def _end_window(draft: Draft, window_id: str) -> None:
    _pass_edge(draft, window_id, EventKind.MAINTENANCE_COMPLETED)


def _pass_edge(draft: Draft, window_id: str, kind: EventKind) -> None:
    window = maintenance.window(draft, window_id)
    maintenance.tell(draft, window, kind)
    refresh(draft, watched(draft, window.components), draft.at)


SETTLING: Mapping[deadlines.Kind, Callable[[Draft, str], None]] = {
    deadlines.Kind.SILENCE: _fall_silent,
    deadlines.Kind.RESOLVE: _resolve,
    deadlines.Kind.WINDOW_STARTS: _begin_window,
    deadlines.Kind.WINDOW_ENDS: _end_window,
}


# ── results ──────────────────────────────────────────────────────────────────────────────────────────


def _hear(draft: Draft, result: Result) -> None:
    if result.started > draft.at:  # the clock was set back while it ran
        result = replace(result, started=draft.at)
    setup = draft.board.probe_setup(result.probe)
    if setup is not None:
        change_probe(draft, result.probe, health.hear(state_of(draft, result.probe), setup, result))


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────


def _obey(draft: Draft, command: Command) -> None:
    """Do what a person says; what cannot be done any more changes nothing."""
    match command:
        case Planned():
            _replan(draft, maintenance.planned(draft.board.setup, command.window, draft.at))
        case Cancelled():
            setup, orphaned = draft.board.setup, command.orphaned
            _replan(draft, maintenance.cancelled(setup, command.window, draft.at, orphaned=orphaned))
        case Reported():
            people.report(draft, command)
        case Written():
            people.write(draft, command)
        case Explained():
            people.explain(draft, command)
        case Amended():
            draft.amendments.append(command.amendment)


def _replan(draft: Draft, setup: Setup) -> None:
    before = draft.board.setup
    moved = {*before.windows} ^ {*setup.windows}
    if moved:
        draft.reseat(setup)
        refresh(draft, watched(draft, {name for window in moved for name in window.components}), draft.at)
        maintenance.announce(draft, before)


# ── starts ───────────────────────────────────────────────────────────────────────────────────────────


def _start(draft: Draft, started: Started) -> None:
    """We watch again. What was due while we still watched is settled first; the gap is unknown."""
    if started.last_alive is None:
        draft.at = started.at
        return
    _settle(draft, started.last_alive)
    if started.at < started.last_alive:
        _set_back(draft, started.last_alive, started.at)
    else:
        _pass_over(draft, started.last_alive, started.at)


def _pass_over(draft: Draft, last_alive: Instant, at: Instant) -> None:
    everything = watched(draft, draft.board.components)
    seeing = {probe for probe in draft.board.probes if not state_of(draft, probe).blind}
    for probe in seeing:
        draft.put_probe(probe, health.blinded(state_of(draft, probe), last_alive))
    for component in everything:
        relay(draft, component, last_alive)
    incidents.postpone(draft, at - last_alive)
    _settle(draft, at)  # the calendar went on without us
    for probe in draft.board.probes:
        state = health.unwatched(state_of(draft, probe), at - last_alive)
        setup, latest = draft.board.probe_setup(probe), draft.board.latest.get(probe)
        if setup is not None and latest is not None and last_alive < at:
            state = health.deafened(state, setup, latest, at)
        draft.put_probe(probe, health.sighted(state, at) if probe in seeing else state)
    refresh(draft, everything, at)


def _set_back(draft: Draft, last_alive: Instant, at: Instant) -> None:
    """The clock was set back: what lies after the new now is cut there."""
    incidents.postpone(draft, at - last_alive)
    draft.at = at
    for probe in draft.board.probes:
        state = health.set_back(state_of(draft, probe), at)
        draft.put_probe(probe, health.unwatched(state, at - last_alive))
    refresh(draft, watched(draft, draft.board.components), at)
