"""`python -m bench [--json FILE]`: run every bench and print what it measured."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from bench import daemon, faults, history, listeners, readers, replay, schedule, webhooks

Row: TypeAlias = Mapping[str, float | str]

BENCHES: Mapping[str, Callable[[], Sequence[Row]]] = {
    "schedule": schedule.measure,
    "daemon": daemon.measure,
    "history": history.measure,
    "webhooks": webhooks.measure,
    "faults": faults.measure,
    "replay": replay.measure,
    "readers": readers.measure,
    "listeners": listeners.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run every bench.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    target = parser.parse_args().json
    measured = {}
    for name, measure in BENCHES.items():
        measured[name] = measure()
        print(f"{name}\n{table(measured[name])}\n", flush=True)
    if target is not None:
        target.write_text(json.dumps(measured, indent=2) + "\n")


def table(rows: Sequence[Row]) -> str:
    """Rows with the same columns, aligned to the right."""
    lines = [list(rows[0]), *([shown(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def shown(value: float | str) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
