from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from monitor.config import ConfigError, load
from tests.torture.wrong import KINDS, clear

SETTINGS = {"components": {"api": {"name": "API", "probes": {"health": {"http": "http://127.0.0.1:9/"}}}}}
AS_ANYONE = [kind for kind in KINDS if kind != "unreadable"]  # which nothing is to root


@pytest.mark.parametrize("kind", AS_ANYONE)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_of_wrong_config_is_refused(tmp_path: Path, kind: str, seed: int) -> None:
    config = tmp_path / "probes.yaml"
    KINDS[kind](config, SETTINGS, random.Random(seed))
    with pytest.raises(ConfigError):
        load(config, os.environ)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_there_can_be_cleared(tmp_path: Path, kind: str) -> None:
    config = tmp_path / "probes.yaml"
    KINDS[kind](config, SETTINGS, random.Random(1))
    clear(config)
    assert list(tmp_path.iterdir()) == []
