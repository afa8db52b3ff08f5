"""What the probes of a file ask, step by step, whatever shape the file has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from monitor.config import shapes
from monitor.config.faults import Place
from monitor.config.probing.http import Http
from monitor.config.probing.kind import Kind
from monitor.config.probing.probe import KINDS


class Asked(NamedTuple):
    """One asking, of a probe or of one of its steps."""

    place: Place  # of its block
    kind: type[Kind]
    block: Mapping[str, object]  # with its short form written out
    expect: Mapping[str, object]  # what stands beside it

    @property
    def encrypted(self) -> bool:
        return self.kind.encrypted(self.block)


def asked(root: object) -> Iterator[Asked]:
    for place, probe in shapes.probes(root):
        for key, kind in KINDS.items():
            if key in probe:
                yield _asked(place, probe, key, kind)
        yield from asked_in_steps(place, probe)


def asked_in_steps(place: Place, probe: Mapping[str, object]) -> list[Asked]:
    return [_asked(at, step, "http", Http) for at, step in shapes.steps(place, probe) if "http" in step]


def _asked(place: Place, around: Mapping[str, object], key: str, kind: type[Kind]) -> Asked:
    expect = shapes.mapping(around.get("expect"))
    return Asked((*place, key), kind, kind.written_out(around[key]), expect)
