"""Loads a config for the command line, or says on standard error what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.config import Config, ConfigError, load
from monitor.terminal import complain, say

WRONG_CONFIG = 2  # exit code


def loaded(path: Path, environ: Mapping[str, str]) -> Config | None:
    """The config; None when it is wrong, and then all its faults were written out."""
    try:
        return load(path, environ)
    except ConfigError as error:
        complain(str(error))
        return None


def check_file(path: Path, environ: Mapping[str, str]) -> int:
    """Say what is wrong with a config file, or what it holds; returns the exit code."""
    config = loaded(path, environ)
    if config is None:
        return WRONG_CONFIG
    say(f"ok: {summary(config)}")
    return 0


def summary(config: Config) -> str:
    """A config in a few words: "6 components, 7 probes"."""
    components = config.setup.components
    probes = sum(len(component.probes) for component in components)
    return f"{_counted(len(components), 'component')}, {_counted(probes, 'probe')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
