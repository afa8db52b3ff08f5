"""The machine: all decisions, as one pure function from a board and an observation to a step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from monitor.core import deadlines, health, incidents, ledger, maintenance, wording
from monitor.core.board import Board
from monitor.core.draft import Draft
from monitor.core.ids import owner
from monitor.core.model import (
    QUIET,
    Amended,
    Cancelled,
    Command,
    ComponentSetup,
    ComponentState,
    Configured,
    EventKind,
    Explained,
    Instant,
    LedgerRewrite,
    Observation,
    Planned,
    ProbeSetup,
    ProbeState,
    Reported,
    Result,
    Setup,
    Span,
    Started,
    Status,
    Step,
    Tick,
    Verdict,
    Written,
)
from monitor.core.status import status_of


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
            _configure(draft, observation.setup)
        case _:
            _settle(draft, observation.at)
            _obey(draft, observation)
    return draft.step()


def _is_quiet(board: Board, observation: Observation) -> bool:
    """Whether it can change nothing; this is the way of nearly all results, so it must be cheap."""
    if not isinstance(observation, Result | Tick) or board.is_due(observation.at):
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
        _change_probe(draft, probe, health.blinded(state, draft.at))
    else:
        _change_probe(draft, probe, health.missed(state, draft.at, wording.no_beat(draft, setup)))


def _resolve(draft: Draft, incident: str) -> None:
    incidents.resolve(draft, draft.incident(incident))


def _begin_window(draft: Draft, window_id: str) -> None:
    _pass_edge(draft, window_id, EventKind.MAINTENANCE_STARTED)


def _end_window(draft: Draft, window_id: str) -> None:
    _pass_edge(draft, window_id, EventKind.MAINTENANCE_COMPLETED)


def _pass_edge(draft: Draft, window_id: str, kind: EventKind) -> None:
    window = maintenance.window(draft, window_id)
    maintenance.tell(draft, window, kind)
    _refresh(draft, _watched(draft, window.components), draft.at)


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
        _change_probe(draft, result.probe, health.hear(_state(draft, result.probe), setup, result))


def _change_probe(draft: Draft, probe: str, state: ProbeState) -> None:
    before, owner = _state(draft, probe), draft.board.component_of(probe)
    if owner is None or state is before:
        return
    draft.put_probe(probe, state)
    since = ledger.diverged(before.track, state.track)
    if since is not None:
        _refresh(draft, [owner.id], since)
    draft.put_probe(probe, health.pruned(state, _horizon(draft, owner)))


def _refresh(draft: Draft, components: Iterable[str], since: Instant) -> None:
    """Lay the ledger of the components anew from `since` on, and let incidents follow."""
    was = {component: _relay(draft, component, since) for component in components}
    for component, state in was.items():
        incidents.follow(draft, component, state)


def _relay(draft: Draft, component: str, since: Instant) -> ComponentState:
    """Lay the component's ledger anew from `since` on; returns the state before."""
    setup, was = draft.component_setup(component), draft.component(component)
    probes = [state for probe in setup.probes if (state := draft.probe(probe.id)) is not None]
    spans = ledger.laid([probe.track for probe in probes], draft.windows_of(component), since, draft.at)
    tail = ledger.rewritten(was.tail, spans)
    status = tail[-1].status
    horizon = min(_horizon(draft, setup), ledger.trouble_since(tail))
    now = replace(
        was,
        status=status,
        beneath=status_of(probe.effective for probe in probes),
        decided=was.decided if status is was.status else draft.at,
        tail=ledger.pruned(tail, horizon),
    )
    if now != was:
        draft.put_component(component, now, ledger.difference(was.tail, tail))
    return was


def _horizon(draft: Draft, component: ComponentSetup) -> Instant:
    """No result can rewrite what lies before this instant: it begins a streak no earlier than an interval ago."""
    states = [draft.probe(probe.id) for probe in component.probes]
    streaks = [state.streak_since for state in states if state is not None]
    longest = max((probe.interval for probe in component.probes), default=0)
    return min([draft.at - longest, *(streak for streak in streaks if streak is not None)])


def _watched(draft: Draft, components: Iterable[str]) -> list[str]:
    """Those that are watched, each after all on which it depends: causes are told before what they cause."""
    known = [component for component in components if draft.board.component_setup(component)]
    return sorted(known, key=lambda component: len(draft.board.dependencies(component)))


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────


def _obey(draft: Draft, command: Command) -> None:
    """Do what a person says; what cannot be done any more changes nothing."""
    match command:
        case Planned():
            _replan(draft, maintenance.planned(draft.board.setup, command.window, draft.at))
        case Cancelled():
            _replan(draft, maintenance.cancelled(draft.board.setup, command.window, draft.at))
        case Reported():
            incidents.report(draft, command)
        case Written():
            incidents.write(draft, command)
        case Explained():
            incidents.explain(draft, command)
        case Amended():
            draft.amendments.append(command.amendment)


def _replan(draft: Draft, setup: Setup) -> None:
    before = draft.board.setup
    moved = {*before.windows} ^ {*setup.windows}
    if moved:
        draft.reseat(setup)
        _refresh(draft, _watched(draft, {name for window in moved for name in window.components}), draft.at)
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
    everything = _watched(draft, draft.board.components)
    seeing = {probe for probe in draft.board.probes if not _state(draft, probe).blind}
    for probe in seeing:
        draft.put_probe(probe, health.blinded(_state(draft, probe), last_alive))
    for component in everything:
        _relay(draft, component, last_alive)
    incidents.postpone(draft, at - last_alive)
    _settle(draft, at)  # the calendar went on without us
    for probe in draft.board.probes:
        state = health.unwatched(_state(draft, probe), at - last_alive)
        setup, latest = draft.board.probe_setup(probe), draft.board.latest.get(probe)
        if setup is not None and latest is not None and last_alive < at:
            state = health.deafened(state, setup, latest, at)
        draft.put_probe(probe, health.sighted(state, at) if probe in seeing else state)
    _refresh(draft, everything, at)


def _set_back(draft: Draft, last_alive: Instant, at: Instant) -> None:
    """The clock was set back: what lies after the new now is cut there."""
    incidents.postpone(draft, at - last_alive)
    draft.at = at
    for probe in draft.board.probes:
        state = health.set_back(_state(draft, probe), at)
        draft.put_probe(probe, health.unwatched(state, at - last_alive))
    _refresh(draft, _watched(draft, draft.board.components), at)


def _state(draft: Draft, probe: str) -> ProbeState:
    return draft.probe(probe) or health.unheard_of(draft.at)


# ── config changes ───────────────────────────────────────────────────────────────────────────────────


def _configure(draft: Draft, setup: Setup) -> None:
    before = draft.board.setup
    setup = maintenance.carried_over(setup, before, draft.at)
    kept = {component.id for component in setup.components}
    for component in before.components:
        if component.id not in kept:
            incidents.remove(draft, component.id)
            draft.drop_component(component.id)
    _take_probes(draft, before, setup)
    draft.reseat(setup)
    for component in setup.components:
        if component.id not in draft.board.components:
            _welcome(draft, component.id)
    _refresh(draft, _watched(draft, kept), draft.at)
    maintenance.announce(draft, before)


def _take_probes(draft: Draft, before: Setup, setup: Setup) -> None:
    known = {probe.id: probe for component in before.components for probe in component.probes}
    wanted = {probe.id: probe for component in setup.components for probe in component.probes}
    gone = {probe for probe, was in known.items() if _is_another(was, wanted.get(probe))}
    bereft = {owner(probe) for probe in gone}
    for probe in gone:
        draft.drop_probe(probe)
    for probe, probe_setup in wanted.items():
        state = draft.probe(probe)
        if probe in gone:  # with its state goes its latest result, which says nothing of what it is now
            continue
        if state is None:
            draft.put_probe(probe, health.unheard_of(draft.at))
        else:
            # A confirmation may not rewrite the past of which a probe that is gone was part.
            clear = owner(probe) in bereft
            taken = _reconfigured(draft, state, known[probe], probe_setup, clear=clear)
            if taken != state:
                draft.put_probe(probe, taken)


def _is_another(was: ProbeSetup, now: ProbeSetup | None) -> bool:
    """Whether it is gone, or of another kind: what we ask says nothing of what reports in by itself."""
    return now is None or (was.grace is None) != (now.grace is None)


def _reconfigured(draft: Draft, state: ProbeState, was: ProbeSetup, now: ProbeSetup, *, clear: bool) -> ProbeState:
    if clear or was.fingerprint != now.fingerprint:
        state = health.without_streaks(state)
    latest = draft.board.latest.get(now.id)
    if latest is not None and now.interval < was.interval:  # it was not silent by the pace that it had
        state = replace(state, unwatched=max(state.unwatched, draft.at - latest.at))
    return state


def _welcome(draft: Draft, component: str) -> None:
    unknown = Span(draft.at, Status.UNKNOWN)
    state = ComponentState(decided=draft.at, tail=(unknown,))
    draft.put_component(component, state, LedgerRewrite(draft.at, (unknown,)))
