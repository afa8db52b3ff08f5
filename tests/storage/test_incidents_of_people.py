"""What people wrote of incidents comes back with who wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import Impact, Incident, IncidentStatus, Step, Tick, Update
from storage.store import Store
from tests.builders import NOON, incident
from tests.storage.boards import state

MACHINE = Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", NOON)
ADA = Update(IncidentStatus.IDENTIFIED, "We broke it.\nSorry.", NOON + 1, by="ada")


async def become(store: Store, *incidents: Incident) -> None:
    """Each in a step of its own, all in one commit."""
    await store.commit([(Tick(NOON), Step(incidents={each.id: each})) for each in incidents], alive=NOON)


async def test_each_entry_comes_back_with_who_wrote_it(store: Store) -> None:
    seen = incident(updates=(MACHINE, ADA))
    await become(store, seen)
    assert await store.incident(seen.id) == seen


async def test_what_is_written_later_comes_after_what_there_was(store: Store) -> None:
    before, after = incident(updates=(MACHINE,)), incident(updates=(MACHINE, ADA))
    await become(store, before)
    await become(store, after)
    assert await store.incident(before.id) == after


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "ada", "held": True, "own_title": True, "own_impact": True},
        {"title": "Odd prices", "own_title": True},
        {"impact": Impact.NONE, "own_impact": True},
        {"held": True},
    ],
)
async def test_what_people_made_of_an_incident_outlives_a_restart(store: Store, changes: dict[str, object]) -> None:
    seen = incident()
    await become(store, seen)
    await become(store, replace(seen, **changes))  # type: ignore[arg-type]
    board = await store.load()
    assert board.incidents == {seen.id: replace(seen, **changes)}  # type: ignore[arg-type]


async def test_a_postmortem_is_kept_of_what_no_board_remembers(store: Store) -> None:
    over = incident(status=IncidentStatus.RESOLVED, resolved_at=NOON + 2, updates=(MACHINE, ADA))
    await become(store, over)
    learned = Update(IncidentStatus.RESOLVED, "A cable.", NOON + 3, by="bob")
    explained = replace(over, postmortem="A cable.", updates=(MACHINE, ADA, learned))
    await become(store, explained)
    assert await store.incident(over.id) == explained
    assert state(await store.load())[3] == {}
