"""People who go on with their work whatever happens to the daemon."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.torture.acknowledged import Witness
from tests.torture.running import UNREACHABLE, Running

PAUSE = 0.1  # seconds between what they do
SUBSCRIPTIONS = 20  # that they keep at a time
NEVER_TOLD = "maintenance.completed"  # of windows that all lie ahead
LIES_AHEAD = timedelta(days=1)


class People:
    """They open, follow and end incidents, plan maintenance, and subscribe; the witness notes what was answered 2xx.

    Whatever they open bears a number that no other bears.
    """

    def __init__(self, key: str, witness: Witness, components: Sequence[str]) -> None:
        self._key = key
        self._witness = witness
        self._components = components
        self._number = 0
        self._incidents: list[str] = []
        self._subscriptions: list[str] = []

    async def work(self, daemon: Running, chance: random.Random) -> None:
        """Until it is cancelled."""
        while True:
            act = chance.choice((self._report, self._report, self._write, self._end, self._plan, self._subscribe))
            with suppress(*UNREACHABLE):
                await act(daemon, chance)
            await asyncio.sleep(PAUSE)

    async def _report(self, daemon: Running, chance: random.Random) -> None:
        body = {"title": self._title(), "components": [chance.choice(self._components)], "message": "We look."}
        opened = await self._said(daemon, "/api/v1/incidents", body)
        if opened is not None:
            self._incidents.append(opened["id"])
            self._witness.note_incident(opened)

    async def _write(self, daemon: Running, chance: random.Random) -> None:
        if self._incidents:
            path = f"/api/v1/incidents/{chance.choice(self._incidents)}/updates"
            written = await self._said(daemon, path, {"message": f"{self._title()}: we still look."})
            if written is not None:
                self._witness.note_incident(written)

    async def _end(self, daemon: Running, chance: random.Random) -> None:
        if self._incidents:
            incident = chance.choice(self._incidents)
            ended = {"message": "It is over.", "status": "resolved"}
            resolved = await self._said(daemon, f"/api/v1/incidents/{incident}/updates", ended)
            if resolved is not None:
                self._incidents.remove(incident)
                self._witness.note_incident(resolved)

    async def _plan(self, daemon: Running, chance: random.Random) -> None:
        starts = datetime.now(UTC) + LIES_AHEAD
        body = {"title": self._title(), "components": [chance.choice(self._components)], "duration": "1h"}
        window = await self._said(daemon, "/api/v1/maintenances", {**body, "starts": f"{starts:%Y-%m-%dT%H:%M:%SZ}"})
        if window is not None:
            self._witness.note_window(window)

    async def _subscribe(self, daemon: Running, chance: random.Random) -> None:
        if len(self._subscriptions) >= SUBSCRIPTIONS:
            await self._unsubscribe(daemon, chance.choice(self._subscriptions))
            return
        body = {"endpoint": "http://127.0.0.1:9/hook", "events": [NEVER_TOLD]}
        made = await self._said(daemon, "/api/v1/subscriptions", body)
        if made is not None:
            self._subscriptions.append(made["id"])
            self._witness.note_subscription(made)

    async def _unsubscribe(self, daemon: Running, subscription: str) -> None:
        self._subscriptions.remove(subscription)
        self._witness.forget_subscription(subscription)  # it may be gone even if nobody says so
        status, _ = await daemon.ask("DELETE", f"/api/v1/subscriptions/{subscription}", key=self._key)
        if status == 204:
            self._witness.note_gone(subscription)

    async def _said(self, daemon: Running, path: str, body: object) -> Any:
        """The document of what was done; None when it was not, as when somebody else was there first."""
        status, document = await daemon.ask("POST", path, body, self._key)
        return document if status == 201 else None

    def _title(self) -> str:
        self._number += 1
        return f"Drill {self._number}"
