"""The config as everyone else reads it: frozen, complete, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.model import Setup
from monitor.probers.settings import ProbeSettings


@dataclass(frozen=True, slots=True)
class Page:
    """The status page: its name, and the URL under which visitors find it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All that a file says."""

    page: Page
    setup: Setup
    probes: Mapping[str, ProbeSettings]  # "component/probe" → how to ask
    secrets: tuple[str, ...]  # texts that must never be shown
