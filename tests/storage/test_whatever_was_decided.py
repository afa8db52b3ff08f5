from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.board import Board
from monitor.core.model import (
    PHASES,
    QUIET,
    ComponentState,
    Configured,
    Incident,
    IncidentStatus,
    LedgerRewrite,
    Phases,
    ProbeState,
    Result,
    Span,
    Started,
    Status,
    Step,
    Stretch,
    Tick,
    Update,
)
from monitor.core.ports import Decided
from storage import board as boards
from storage import schema, spans
from storage.opening import connect
from tests.builders import NOON, component_setup, setup
from tests.storage.boards import state
from tests.storage.nouns import INTEGERS, nouns, of

WATCHED = setup(component_setup("api"), component_setup("cdn"))
PROBES = st.sampled_from(["api/health", "cdn/health"])
COMPONENTS = st.sampled_from(["api", "cdn"])
SPENT = nouns(Phases, **{phase: st.none() | st.integers(0, 2**53) for phase in PHASES})
STATES = nouns(ProbeState, track=st.lists(nouns(Stretch), min_size=1, max_size=3).map(tuple))


@st.composite
def rewrites(draw: st.DrawFn) -> LedgerRewrite:
    since = draw(INTEGERS)
    begins = draw(st.lists(st.integers(since, 2**53), unique=True, max_size=3))
    return LedgerRewrite(since, tuple(Span(begin, draw(of(Status))) for begin in sorted(begins)))


@st.composite
def timelines(draw: st.DrawFn, length: int) -> Incident:
    """An incident with a timeline of that length; its entries are the same for every length.

    It can be reopened always or never: when a board forgets is a matter of its own.
    """
    entries = tuple(Update(IncidentStatus.IDENTIFIED, str(n), n) for n in range(length))
    names = st.lists(COMPONENTS, unique=True).map(tuple)
    whole: Incident = draw(
        nouns(
            Incident,
            id=st.just("inc_1"),
            created_at=st.just(NOON),
            components=names,
            updates=st.just(entries),
            reopen_until=st.sampled_from([None, 2**60]),
        )
    )
    return whole


@st.composite
def decisions(draw: st.DrawFn) -> list[Decided]:
    decided: list[Decided] = [(Configured(0, WATCHED), Step(setup=WATCHED))]
    for length in range(draw(st.integers(0, 6))):
        step = Step(
            probes=draw(st.dictionaries(PROBES, st.none() | STATES, max_size=2)),
            components=draw(st.dictionaries(COMPONENTS, of(ComponentState | None), max_size=2)),
            ledger=draw(st.dictionaries(COMPONENTS, rewrites(), max_size=2)),
            incidents={"inc_1": draw(timelines(length))} if draw(st.booleans()) else {},
        )
        observation = draw(nouns(Result, probe=PROBES, phases=SPENT) | nouns(Tick) | nouns(Started))
        decided.append((observation, draw(st.sampled_from([step, QUIET]))))
    return decided


def ledgers(decided: Sequence[Decided]) -> dict[str, list[Span]]:
    """What the rewrites come to, told plainly."""
    ledger: dict[str, list[Span]] = {"api": [], "cdn": []}
    for _, step in decided:
        for component, change in step.ledger.items():
            ledger[component] = [span for span in ledger[component] if span.since < change.since]
            ledger[component] += change.spans
    return ledger


@settings(max_examples=40, deadline=None)
@given(decided=decisions(), cut=st.integers(0, 7))
def test_whatever_was_decided_comes_back_as_the_same_board_and_the_same_ledgers(
    decided: list[Decided], cut: int
) -> None:
    board = Board()
    for observation, step in decided:
        board.apply(observation, step)
    with tempfile.TemporaryDirectory() as name:
        db = connect(Path(name) / "monitor.db")
        db.execute("PRAGMA synchronous = OFF")  # no power cut here, and many examples
        schema.migrate(db, schema.MIGRATIONS)
        for part in (decided[:cut], decided[cut:]):
            with db.atomic():
                boards.write(db, part, alive=0)
        loaded = boards.load(db)
        kept = {component: spans.touching(db, component, -(2**60)) for component in ("api", "cdn")}
        db.close()
    assert state(loaded) == state(board)
    assert kept == ledgers(decided)
