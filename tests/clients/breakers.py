"""Breakers of the Python client whose time stands still, and which ask when they are told to."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from clients.python.justkalm_circuit import Circuits
from tests.clients.lies import StatusService


@dataclass
class Clock:
    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at


def asked(service: StatusService, clock: Clock | None = None) -> Circuits:
    """Breakers that asked once; whoever wants more asks again."""
    circuits = Circuits(service.url, ["api"], clock=clock or Clock(), random=Random(1))
    ask(circuits)
    return circuits


def ask(circuits: Circuits) -> None:
    circuits._ask()
