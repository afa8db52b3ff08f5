"""What every prober is given beside its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.core.ports import Callbacks, Clock
from monitor.probers.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Shared by all probers of a loop."""

    network: Network
    clock: Clock
    redact: Callable[[str], str]  # takes secrets out of a text
    callbacks: Callbacks | None = None  # None: nobody listens for them here
