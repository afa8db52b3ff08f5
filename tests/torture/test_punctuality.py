from __future__ import annotations

from pathlib import Path

from monitor.core.model import QUIET, SECOND, Observation, Started, Verdict
from monitor.scheduler.grid import next_point, phase
from storage.store import Store
from tests.builders import NOON, result
from tests.torture.punctuality import punctuality

INTERVAL = 2 * SECOND
POINT = next_point(NOON, phase("api/health", INTERVAL), INTERVAL)


async def test_starts_are_late_by_what_lies_between_them_and_the_grid_and_the_first_of_a_life_is_not_on_it(
    tmp_path: Path,
) -> None:
    store = await Store.open(tmp_path)
    observed: list[Observation] = [
        Started(POINT - 1, None),
        result(started=POINT + 900),
        result(started=POINT + INTERVAL),
        result(started=POINT + 2 * INTERVAL + 40),
        Started(POINT + 3 * INTERVAL - 500, POINT + 2 * INTERVAL),
        result(started=POINT + 3 * INTERVAL - 100),
        result(started=POINT + 3 * INTERVAL + 5),
    ]
    await store.commit([(each, QUIET) for each in observed], alive=NOON)
    await store.close()
    assert punctuality(tmp_path, INTERVAL).late == [0.0, 0.04, 0.005]


async def test_what_failed_or_was_slow_is_a_wrong_verdict_of_a_target_that_is_well(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    observed = [result(verdict=verdict, started=POINT + nth) for nth, verdict in enumerate(Verdict)]
    await store.commit([(each, QUIET) for each in observed], alive=NOON)
    await store.close()
    found = punctuality(tmp_path, INTERVAL)
    assert found.verdicts == dict.fromkeys(Verdict, 1)
    assert found.wrong == 2
