"""Latencies as JSON documents, in ms; what there is no latency of is null."""

from __future__ import annotations

from exporter.documents import Document, timestamp
from monitor.core.model import PHASES
from monitor.core.sketch import Distribution, Sketch, Slot

PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}


def sketch_document(sketch: Sketch) -> Document:
    """A phase is null that no run needed; percentiles are of the runs that needed it."""
    phases = {phase: getattr(sketch, phase) for phase in PHASES}
    return {
        "runs": sketch.runs,
        "latency_ms": _percentiles(sketch.latency),
        "phases_ms": {phase: _percentiles(spent) if spent.counts else None for phase, spent in phases.items()},
    }


def slot_document(slot: Slot) -> Document:
    return {"since": timestamp(slot.since), **sketch_document(slot.sketch)}


def _percentiles(distribution: Distribution) -> Document:
    return {name: _in_ms(distribution.percentile(percent)) for name, percent in PERCENTILES.items()}


def _in_ms(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1_000
