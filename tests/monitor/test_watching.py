from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import load
from monitor.core.board import Board
from monitor.core.model import Instant, Result
from monitor.core.ports import StoreRefused
from monitor.watching import Watching
from tests.builders import NOON

CONFIG = """
components:
  batch:
    probes:
      nightly: {heartbeat: {every: 1h}}
      weekly: {heartbeat: {every: 7d, token: hb_0123456789abcdef}}
"""


class Noon:
    def now(self) -> Instant:
        return NOON


class Drawer:
    """Where tokens are kept; refuses while it is locked."""

    def __init__(self) -> None:
        self.locked = False
        self.kept: dict[str, str] = {}

    async def heartbeat_tokens(self) -> dict[str, str]:
        return dict(self.kept)

    async def put_heartbeat_token(self, probe: str, token: str) -> None:
        if self.locked:
            raise StoreRefused("the database is locked")
        self.kept[probe] = token


async def taken(_: Result) -> None:
    raise AssertionError


async def test_a_token_is_made_once_and_only_where_the_config_names_none(tmp_path: Path) -> None:
    drawer = Drawer()
    config = tmp_path / "probes.yaml"
    config.write_text(CONFIG)
    watching = Watching(Noon(), Board(), lambda result: None, taken, drawer)
    for _ in range(2):
        await watching.prepare(load(config, {}))
        watching.use(load(config, {}), "http://127.0.0.1")
        assert list(drawer.kept) == ["batch/nightly"]
        assert watching.beats.tokens == {
            "batch/nightly": drawer.kept["batch/nightly"],
            "batch/weekly": "hb_0123456789abcdef",
        }
    await watching.close()


async def test_what_cannot_be_written_down_at_the_start_is_watched_as_soon_as_it_can(tmp_path: Path) -> None:
    drawer = Drawer()
    drawer.locked = True
    config = tmp_path / "probes.yaml"
    config.write_text(CONFIG)
    watching = Watching(Noon(), Board(), lambda result: None, taken, drawer)
    with pytest.raises(StoreRefused):
        await watching.prepare(load(config, {}))
    watching.use(load(config, {}), "http://127.0.0.1")
    assert watching.beats.tokens == {}
    drawer.locked = False
    await watching.prepare(load(config, {}))
    watching.use(load(config, {}), "http://127.0.0.1")
    assert set(watching.beats.tokens) == {"batch/nightly", "batch/weekly"}
    await watching.close()
