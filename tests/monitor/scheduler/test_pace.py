"""The queue of what is owed at once."""

from __future__ import annotations

from monitor.core.model import SECOND
from monitor.scheduler.pace import Pace
from tests.monitor.scheduler.virtual import World


async def test_who_asks_again_keeps_place_and_due_time(world: World) -> None:
    started: list[tuple[str, float]] = []
    pace = Pace(lambda probe, due: started.append((probe, due)))
    pace.ask("api/health", 1.0)
    pace.ask("cdn/edge", 2.0)
    pace.ask("api/health", 3.0)
    await world.passes(SECOND)
    assert started == [("api/health", 1.0), ("cdn/edge", 2.0)]
