"""`python -m bench [NAME…] [--json FILE]`: run benches, print what they measured, and whether it is what is asked."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import (
    answering,
    capacity,
    committing,
    cost,
    daemon,
    disk,
    faults,
    history,
    latency,
    listeners,
    readers,
    reading,
    replay,
    schedule,
    scraping,
    webhooks,
)
from bench.rig.figures import Bench
from bench.rig.machine import machine
from bench.rig.tables import document, promises, table

BENCHES: Mapping[str, Bench] = {
    "cost": Bench(cost.measure, cost.ASKED),
    "capacity": Bench(capacity.measure),
    "schedule": Bench(schedule.measure, schedule.ASKED),
    "daemon": Bench(daemon.measure),
    "latency": Bench(latency.measure, latency.ASKED),
    "scraping": Bench(scraping.measure, scraping.ASKED),
    "answering": Bench(answering.measure),
    "readers": Bench(readers.measure),
    "listeners": Bench(listeners.measure),
    "webhooks": Bench(webhooks.measure, webhooks.ASKED),
    "faults": Bench(faults.measure),
    "committing": Bench(committing.measure),
    "disk": Bench(disk.measure),
    "reading": Bench(reading.measure),
    "history": Bench(history.measure),
    "replay": Bench(replay.measure),
}


def main() -> int:
    asked = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either way our own processes end
    described, measured = machine(), dict[str, Any]()
    print(f"{table([described])}\n", flush=True)
    try:
        for name in asked.names or BENCHES:
            measured[name] = _measured(name)
    except KeyboardInterrupt:
        print("ended before all was measured", file=sys.stderr)
        return 130
    finally:
        if asked.json is not None:
            asked.json.write_text(json.dumps({"machine": described, "benches": measured}, indent=2) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run all benches, or those that are named.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    if unknown := _unknown(asked.names):
        parser.error(f"there is no bench {', '.join(unknown)}; choose from {', '.join(BENCHES)}")
    return asked


def _unknown(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in BENCHES]


def _measured(name: str) -> Mapping[str, Any]:
    """Run a bench, print what it says, and return that."""
    print(name, flush=True)
    rows = BENCHES[name].measure()
    answers = BENCHES[name].answers(rows)
    print("\n".join(filter(None, (table(rows), promises(answers)))), end="\n\n", flush=True)
    return document(rows, answers)


if __name__ == "__main__":
    sys.exit(main())
