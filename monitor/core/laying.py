"""From probes' healths to components' ledgers, and on to incidents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.core import health, incidents, ledger
from monitor.core.draft import Draft
from monitor.core.model import ComponentSetup, ComponentState, Instant, ProbeState
from monitor.core.status import status_of


def change_probe(draft: Draft, probe: str, state: ProbeState) -> None:
    """Remember the probe's state, and lay the ledger anew where its health became another."""
    before, owner = state_of(draft, probe), draft.board.component_of(probe)
    if owner is None or state is before:
        return
    draft.put_probe(probe, state)
    since = ledger.diverged(before.track, state.track)
    if since is not None:
        refresh(draft, [owner.id], since)
    draft.put_probe(probe, health.pruned(state, _horizon(draft, owner)))


def refresh(draft: Draft, components: Iterable[str], since: Instant) -> None:
    """Lay the ledger of the components anew from `since` on, and let incidents follow."""
    was = {component: relay(draft, component, since) for component in components}
    for component, state in was.items():
        incidents.follow(draft, component, state)


def relay(draft: Draft, component: str, since: Instant) -> ComponentState:
    """Lay the component's ledger anew from `since` on; returns the state before."""
    setup, was = draft.component_setup(component), draft.component(component)
    since = max(since, min(was.tail[0].since, draft.at))  # a run may have begun before its component was watched
    probes = [state for probe in setup.probes if (state := draft.probe(probe.id)) is not None]
    maintained = ledger.maintained(was.tail, draft.windows_of(component), draft.at)
    spans = ledger.laid([probe.track for probe in probes], maintained, since, draft.at)
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


def watched(draft: Draft, components: Iterable[str]) -> list[str]:
    """Those that are watched, each after all on which it depends: causes are told before what they cause."""
    known = [component for component in components if draft.board.component_setup(component)]
    return sorted(known, key=lambda component: len(draft.board.dependencies(component)))


def state_of(draft: Draft, probe: str) -> ProbeState:
    return draft.probe(probe) or health.unheard_of(draft.at)
