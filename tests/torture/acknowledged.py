"""A witness of what a daemon said to the outside: what it must never forget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.torture.running import UNREACHABLE, Running

LOOKS_EVERY = 0.05  # seconds
SEEN = "/api/v1/incidents?limit=20"

Update: TypeAlias = tuple[str, str, str]  # status, message, timestamp


@dataclass
class Witness:
    """Watches daemons from outside, one after another; documents by id, as they were last seen.

    Args:
        updates: of each incident by ordinal.
        checks: (probe, checked_at) of each result that was shown.
        gone: subscriptions of which was said that they are no more.
        listening: the subscription of which the receiver hears everything it is owed.
        looks: how often anything could be seen.
    """

    incidents: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    updates: dict[tuple[str, int], Update] = field(default_factory=dict)
    checks: set[tuple[str, str]] = field(default_factory=set)
    windows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    listening: Mapping[str, Any] = field(default_factory=dict)
    looks: int = 0

    async def watch(self, daemon: Running) -> None:
        """Note all that can be seen, until it is cancelled; a daemon that dies says nothing more."""
        while True:
            with suppress(*UNREACHABLE):
                await self.look(daemon)
            await asyncio.sleep(LOOKS_EVERY)

    async def look(self, daemon: Running) -> None:
        """Note what can be seen now. Raises one of UNREACHABLE."""
        status, listed = await daemon.ask("GET", SEEN)
        if status == 200:
            for incident in listed["incidents"]:
                self.note_incident(incident)
        status, listed = await daemon.ask("GET", "/api/v1/components")
        if status == 200:
            self._note_checks(listed)
            self.looks += 1

    def note_incident(self, incident: Mapping[str, Any]) -> None:
        self.incidents[incident["id"]] = incident
        for ordinal, update in enumerate(incident["updates"]):
            self.updates[incident["id"], ordinal] = (update["status"], update["message"], update["timestamp"])

    def note_window(self, window: Mapping[str, Any]) -> None:
        self.windows[window["id"]] = window

    def note_subscription(self, subscription: Mapping[str, Any]) -> None:
        self.subscriptions[subscription["id"]] = subscription

    def forget_subscription(self, subscription: str) -> None:
        del self.subscriptions[subscription]

    def note_gone(self, subscription: str) -> None:
        self.gone.add(subscription)

    @property
    def noted(self) -> str:
        """How much it has seen, to be a figure."""
        return ", ".join(f"{count} {noun}" for noun, count in self._counted().items())

    def unseen(self) -> list[str]:
        """A sentence for each sort of thing of which it has seen none: then the case has shown nothing of it."""
        return [f"nobody was ever told of any {noun}" for noun, count in self._counted().items() if not count]

    def _counted(self) -> dict[str, int]:
        return {
            "results": len(self.checks),
            "incidents": len(self.incidents),
            "updates": len(self.updates),
            "windows": len(self.windows),
            "subscriptions": len(self.subscriptions) + len(self.gone),
        }

    def _note_checks(self, listed: Mapping[str, Any]) -> None:
        for component in listed["components"]:
            for probe in component["probes"]:
                if probe["checked_at"] is not None:
                    self.checks.add((probe["id"], probe["checked_at"]))
