"""Texts as files, loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.config import Config, ConfigError, load
from tests.monitor.config.texts import Load, Refuse


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads a text as `probes.yaml`."""

    def load_text(text: str, environ: Mapping[str, str] | None = None) -> Config:
        file = tmp_path / "probes.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file, environ or {})

    return load_text


@pytest.fixture
def refused(loaded: Load, tmp_path: Path) -> Refuse:
    """Gives the faults that a text is refused with."""

    def faults_of(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigError) as refusal:
            loaded(text, environ)
        return [str(fault).removeprefix(f"{tmp_path}/") for fault in refusal.value.faults]

    return faults_of
