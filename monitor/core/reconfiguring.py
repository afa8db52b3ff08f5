"""Another config: what it takes over of probes and components, what it lets go, and what it begins."""

from __future__ import annotations

from dataclasses import replace

from monitor.core import health, incidents, maintenance
from monitor.core.draft import Draft
from monitor.core.ids import owner
from monitor.core.laying import refresh, watched
from monitor.core.model import ComponentState, LedgerRewrite, ProbeSetup, ProbeState, Setup, Span, Status


def configure(draft: Draft, setup: Setup) -> None:
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
    refresh(draft, watched(draft, kept), draft.at)
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
