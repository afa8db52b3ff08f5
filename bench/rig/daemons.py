"""The whole daemon as a process on the measured core, and what it says of itself."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families

from bench.rig.children import Child, child
from bench.rig.cores import MEASURED
from bench.rig.naming import names
from bench.rig.target import Target, target
from monitor.core.model import SECOND

LISTENS_WITHIN = 120.0  # seconds
BOUND = "0.02"  # seconds of lateness that count as on time


@dataclass(frozen=True, slots=True)
class Daemon:
    pid: int
    url: str
    data: Path
    began: float  # seconds on the monotonic clock


@contextmanager
def daemon(config: Mapping[str, Any], directory: Path) -> Iterator[Daemon]:
    """A daemon that listens; its database is in `directory/data`, and may be read when the block is over."""
    file, data = directory / "probes.yaml", directory / "data"
    file.write_text(json.dumps(config))  # JSON is YAML, too
    began = time.monotonic()
    arguments = ("run", "--config", str(file), "--data", str(data), "--listen", "127.0.0.1:0")
    with child("-m", "monitor", *arguments, cores=MEASURED) as process:
        yield Daemon(process.pid, _listens(process), data, began)


@contextmanager
def probing(probes: int, interval: int) -> Iterator[Daemon]:
    """A daemon that begins without a past, and a target of its own that so many probes ask every so many seconds."""
    with (
        TemporaryDirectory() as directory,
        target() as asked,
        daemon(config_of(probes, interval, asked), Path(directory)) as running,
    ):
        yield running


def config_of(probes: int, interval: int, target: Target) -> dict[str, Any]:
    """So many probes of the target; the interval is in seconds."""
    asked: dict[str, Any] = {"url": target.url}
    if target.ca_file is not None:
        asked["tls"] = {"ca_file": target.ca_file}
    components: dict[str, Any] = {}
    for component, probe in (name.split("/") for name in names(probes)):
        components.setdefault(component, {"name": "C", "probes": {}})["probes"][probe] = {"http": asked}
    shorter = f"{min(interval, 5)}s"  # neither may be longer than the interval
    times = {"interval": f"{interval}s", "timeout": shorter, "recheck_interval": shorter}
    return {"defaults": times, "components": components}


def settles(probes: int, interval: int) -> float:
    """Seconds from the start until the grid is on its own: no first run waits for its turn any more."""
    return min(interval, probes / 200) + 2.0


def scraped(url: str) -> dict[str, float]:
    """Runs so far, and how many of them started on time."""
    figures = {"runs": 0.0, "on time": 0.0}
    with urlopen(Request(f"{url}/metrics"), timeout=10) as response:
        text = response.read().decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "justkalm_probe_runs_total":
                figures["runs"] += sample.value
            elif sample.name == "justkalm_schedule_lateness_seconds_bucket" and sample.labels["le"] == BOUND:
                figures["on time"] = sample.value
    return figures


def now() -> int:
    """The time of day in ms, as results are stamped."""
    return int(time.time() * SECOND)


def _listens(process: Child) -> str:
    """The URL, once it is said."""
    begun = time.monotonic()
    while process.is_running() and time.monotonic() - begun < LISTENS_WITHIN:
        for line in process.logged().splitlines():
            if "listening on " in line:
                return line.split()[-1]
        time.sleep(0.005)
    raise RuntimeError(f"the daemon never listened: {process.logged()}")
