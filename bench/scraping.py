"""What scrapes add to a measured latency: a thousand probes, with and without a scrape each second in turn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bench.rig.daemons import config_of, daemon, now, settles
from bench.rig.figures import Asked, Row, percentile, progress
from bench.rig.punctuality import results_of
from bench.rig.target import target
from monitor.core.model import Instant

PROBES, INTERVAL = 1_000, 5  # seconds
TURNS = 2
LASTS = 10  # seconds, without and then with scrapes

ASKED = (Asked(column="added p99 ms", most=2),)


def measure() -> Sequence[Row]:
    """One row; takes a minute."""
    with TemporaryDirectory() as directory:
        with target() as asked, daemon(config_of(PROBES, INTERVAL, asked), Path(directory)) as running:
            time.sleep(settles(PROBES, INTERVAL))
            turns = [_turn(running.url, number) for number in range(TURNS)]
        results = [(each.started, each.phases.latency / 1_000) for each in results_of(running.data)]
    alone, scraped = (
        sorted(
            latency for started, latency in results if any(turn[side] <= started < turn[side + 1] for turn in turns)
        )
        for side in (0, 1)
    )
    return [
        {
            "probes": PROBES,
            "runs": len(alone) + len(scraped),
            "p50 alone ms": percentile(alone, 50),
            "p50 scraped ms": percentile(scraped, 50),
            "p99 alone ms": percentile(alone, 99),
            "p99 scraped ms": percentile(scraped, 99),
            "added p99 ms": percentile(scraped, 99) - percentile(alone, 99),
        }
    ]


def _turn(url: str, number: int) -> tuple[Instant, Instant, Instant]:
    """When it began, when scrapes began, and when they ended."""
    progress(f"turn {number + 1} of {TURNS}")
    begins = now()
    time.sleep(LASTS)
    scrapes = now()
    for second in range(LASTS):
        with urlopen(f"{url}/metrics", timeout=10) as response:
            response.read()
        time.sleep(max(0.0, scrapes / 1_000 + second + 1 - time.time()))
    return begins, scrapes, now()
