from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from exporter.exposition import SLICE, exposition
from exporter.metrics import Metrics
from monitor.core.board import Board
from monitor.core.model import Health
from tests.builders import component_setup, probe_setup, setup

PROBES = tuple(probe_setup(f"api/p{number}") for number in range(3 * SLICE + 1))


def test_no_slice_tells_of_more_than_so_many_probes_and_together_they_tell_of_all() -> None:
    board = Board(setup=setup(component_setup("api", probes=PROBES)))
    slices = list(exposition(board, Metrics("1.2.3"), {}, (), openmetrics=False))
    told = [some.count('health="up"') for some in slices]
    assert [count for count in told if count] == [SLICE, SLICE, SLICE, 1]
    families = {family.name: family for family in text_string_to_metric_families("".join(slices))}
    assert len(families["justkalm_probe_health"].samples) == len(PROBES) * len(Health)
