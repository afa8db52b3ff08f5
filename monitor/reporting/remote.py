"""The archive of a running daemon, which hands out what it has stored over its socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from exporter.archive import read_distribution
from exporter.reporting.archive import Basis
from monitor.commands.control import ask
from monitor.core.model import Instant
from monitor.core.reporting import Past
from monitor.core.sketch import Distribution
from storage.codec import decode

Noun = TypeVar("Noun")


class RemoteArchive:
    """Asks for one part after the other, so that the daemon serves others in between. Errors as of `ask`."""

    def __init__(self, data: Path) -> None:
        self._data = data

    async def basis(self) -> Basis:
        return _noun(Basis, self._get("/archive"))

    async def past(self, component: str, since: Instant, until: Instant) -> Past:
        return _noun(Past, self._get(f"/archive/{quote(component, safe='')}", since=since, until=until))

    async def latencies(self, component: str, since: Instant, until: Instant) -> Distribution:
        path = f"/archive/{quote(component, safe='')}/latencies"
        return read_distribution(self._get(path, since=since, until=until))

    def _get(self, path: str, **asked: object) -> Any:
        return ask(self._data, "GET", f"{path}?{urlencode(asked)}" if asked else path)


def _noun(noun: type[Noun], answer: object) -> Noun:
    return decode(noun, json.dumps(answer))
