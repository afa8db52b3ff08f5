"""A replay of results that are packed is the same as one of the results themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.config import load
from monitor.core.model import DAY, Observation
from storage import Store
from tests.exporter.desk import standing
from tests.monitor.replay.histories import decided, outage, record, written
from tests.monitor.replay.test_command import an_hour_ago, replayed
from tests.storage.packed import in_packs, pack_all

SERIES = "...FFF......" * 4 + "." * 40 + "FFFFF..." + "." * 20


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path / "probes.yaml")


@pytest.fixture
def observed(config: Path) -> Sequence[Observation]:
    return outage(an_hour_ago(), load(config, {}).setup, SERIES)


async def packed(store: Store) -> None:
    await pack_all(store, now=an_hour_ago() + DAY)
    assert await store._connection.ask(in_packs) == 1


@pytest.mark.parametrize("since", ["1d", "50m", "20m"])
async def test_both_tell_the_same_incidents_by_the_same_ids(
    observed: Sequence[Observation], config: Path, tmp_path: Path, since: str
) -> None:
    data, patient = tmp_path / "data", written(tmp_path / "patient.yaml", threshold=4)
    await record(data, observed)
    before = (await replayed(data, patient, "--since", since))["incidents"]
    store = await Store.open(data)
    await packed(store)
    await store.close()
    assert (await replayed(data, patient, "--since", since))["incidents"] == before
    assert len(before) > 0


async def test_a_server_hands_out_the_same(observed: Sequence[Observation], config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with standing(data) as desk:
        desk.sources.history = desk.store
        pairs = decided(observed)
        await desk.store.commit(pairs, alive=pairs[-1][0].at)
        before = await replayed(data, config)
        await packed(desk.store)
        assert await replayed(data, config) == before
    assert len(before["incidents"]) > 0
