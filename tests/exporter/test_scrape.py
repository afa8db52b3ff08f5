"""The two formats of the metrics, as Prometheus reads them."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families as text_families

from exporter.scrape import gathered
from exporter.sources import Vitals
from monitor.core.board import Board
from tests.builders import component_setup, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources
from tests.exporter.scrapes import busy, scraped

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3"
FORMATS: dict[str, Callable[[str], Iterable[Metric]]] = {
    "text/plain;version=0.0.4": text_families,
    OPENMETRICS: openmetrics_families,
}
NASTY = 'a"b\\c\nd%s\0'


@pytest.mark.parametrize("accept", FORMATS)
async def test_every_family_can_be_read_and_comes_once(serve: Serve, accept: str) -> None:
    text = await scraped(await serve(busy()), accept)
    families = list(FORMATS[accept](text))
    samples = Counter((s.name, *sorted(s.labels.items())) for family in families for s in family.samples)
    assert [name for name, count in Counter(family.name for family in families).items() if count > 1] == []
    assert [sample for sample, count in samples.items() if count > 1] == []
    assert all(family.documentation and family.samples for family in families)


async def test_both_formats_say_the_same(serve: Serve) -> None:
    client = await serve(busy())
    readings = []
    for accept, families in FORMATS.items():
        samples = (s for family in families(await scraped(client, accept)) for s in family.samples)
        readings.append({(s.name, *sorted(s.labels.items())): s.value for s in samples if "process" not in s.name})
    assert readings[0] == readings[1]


@pytest.mark.parametrize(
    ("accept", "content_type", "ends"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8", False),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", False),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8", False),
        ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8", True),
        ("application/openmetrics-text;version=junk", "text/plain; version=0.0.4; charset=utf-8", False),
    ],
)
async def test_the_format_is_the_one_asked_for(serve: Serve, accept: str, content_type: str, ends: bool) -> None:
    client = await serve(busy())
    async with client.get("/metrics", headers={"Accept": accept}) as response:
        assert response.headers["Content-Type"] == content_type
        text = await response.text()
    assert text.endswith("# EOF\n") == ends
    assert text.count("# EOF") == int(ends)


@pytest.mark.parametrize("accept", FORMATS)
async def test_labels_are_escaped(serve: Serve, accept: str) -> None:
    board = Board(setup=setup(component_setup(NASTY)))
    client = await serve(sources(board, vitals=Vitals(degraded={NASTY})))
    families = {family.name: family for family in FORMATS[accept](await scraped(client, accept))}
    for name in ("justkalm_probe_runs", "justkalm_probe_latency_seconds", "justkalm_component_status"):
        assert {sample.labels["component"] for sample in families[name].samples} == {NASTY}
    assert families["justkalm_monitor_degraded"].samples[0].labels == {"reason": NASTY}


@pytest.mark.parametrize("accept", FORMATS)
async def test_whoever_takes_it_packed_reads_the_same(serve: Serve, accept: str) -> None:
    client = await serve(busy())
    packed, plain = {"Accept": accept, "Accept-Encoding": "gzip"}, {"Accept": accept, "Accept-Encoding": "identity"}
    async with client.get("/metrics", headers=packed) as first, client.get("/metrics", headers=plain) as second:
        assert (first.headers["Content-Encoding"], second.headers.get("Content-Encoding")) == ("gzip", None)
        assert first.headers["Vary"] == second.headers["Vary"] == "Accept, Accept-Encoding"
        texts = [await answer.text() for answer in (first, second)]
    lines = [[line for line in text.splitlines() if "process_" not in line] for text in texts]
    assert lines[0] == lines[1]


async def test_others_have_their_turn_between_slices() -> None:
    turns: list[str] = []

    def slices() -> Iterator[bytes]:
        for some in (b"one ", b"two"):
            turns.append(some.decode())
            asyncio.get_running_loop().call_soon(turns.append, "another")
            yield some

    assert await gathered(slices()) == b"one two"
    assert turns == ["one ", "another", "two", "another"]


PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not on the path: the metrics were NOT linted")
async def test_promtool_finds_nothing_to_say(serve: Serve) -> None:
    text = await scraped(await serve(busy()))
    checked = subprocess.run(  # noqa: ASYNC221
        [PROMTOOL or "", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
