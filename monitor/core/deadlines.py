"""Deadlines: what falls due by time alone, and in which order."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from monitor.core.draft import Draft
from monitor.core.model import Instant


class Kind(IntEnum):
    """In the order in which they are settled when they fall due at one instant."""

    SILENCE = 0  # of a probe, or of a heartbeat
    RESOLVE = 1  # of an incident
    WINDOW_STARTS = 2
    WINDOW_ENDS = 3


class Deadline(NamedTuple):
    due: Instant
    kind: Kind
    subject: str


def fixed(draft: Draft, until: Instant) -> list[Deadline]:
    """Those that settling others cannot move, in their order."""
    return sorted([*_silences(draft, until), *_window_edges(draft, until)])


def next_resolve(draft: Draft, until: Instant) -> Deadline | None:
    """The earliest resolve; settling other deadlines may move it."""
    # Of many incidents that are open at once, none need be looked at before the first of them is due.
    known = draft.known_incidents() if draft.board.next_calendar <= until else draft.incidents.values()
    resolves = [
        Deadline(incident.resolve_at, Kind.RESOLVE, incident.id)
        for incident in known
        if incident.open and incident.resolve_at is not None and incident.resolve_at <= until
    ]
    return min(resolves, default=None)


def _silences(draft: Draft, until: Instant) -> list[Deadline]:
    """Of probes unheard of for too long; what the draft knows of unwatched time counts."""
    silences = []
    for due, probe in draft.board.silent_by(until):
        state, before = draft.probe(probe), draft.board.probes[probe]
        if state is not None and not state.blind:
            silences.append(Deadline(due + state.unwatched - before.unwatched, Kind.SILENCE, probe))
    return [silence for silence in silences if silence.due <= until]


def _window_edges(draft: Draft, until: Instant) -> list[Deadline]:
    edges: list[Deadline] = []
    if draft.board.next_calendar > until:
        return edges
    for window in draft.board.setup.in_force:
        edges.append(Deadline(window.starts, Kind.WINDOW_STARTS, window.id))
        edges.append(Deadline(window.ends, Kind.WINDOW_ENDS, window.id))
    return [edge for edge in edges if draft.at < edge.due <= until]
