"""The demo's probes.yaml, and the one that is shipped, asked of the pretend JustKalm itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web

from exporter.callbacks import Callbacks
from monitor.clock import DaemonClock
from monitor.config import load
from monitor.core.model import Result, Verdict
from monitor.demo.config import probes_yaml
from monitor.demo.parts.auth import CLIENT_ID, CLIENT_SECRET
from monitor.demo.parts.batch import JOB_TAKES
from monitor.demo.pretend import PARTS, JustKalm
from monitor.probers import Probers

SHIPPED = Path(__file__).parents[3] / "probes.yaml"
CREDENTIALS = {"JUSTKALM_CLIENT_ID": CLIENT_ID, "JUSTKALM_CLIENT_SECRET": CLIENT_SECRET}

# By the file and the part that fails: what else fails, beside the probes of the part itself.
DRAGGED_ALONG = {
    ("demo", "auth"): {"api/valuations"},
    ("shipped", "auth"): {"api/valuations", "webhooks/delivery", "batch/job"},
}


@pytest.fixture
async def justkalm() -> AsyncIterator[JustKalm]:
    """In no time: each look at its clock is a whole job later."""
    justkalm = JustKalm(sleep=at_once, clock=count(0.0, JOB_TAKES).__next__)
    await justkalm.start()
    yield justkalm
    await justkalm.stop()


async def at_once(_seconds: float) -> None:
    pass


@asynccontextmanager
async def listening() -> AsyncIterator[Callbacks]:
    """Callbacks, with a listener as small as can be."""

    async def take(request: web.Request) -> web.Response:
        return web.Response(status=204 if callbacks.arrive(request.match_info["token"]) else 404)

    app = web.Application()
    app.router.add_post("/callbacks/{token}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    callbacks = Callbacks(f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield callbacks
    await runner.cleanup()


def written(which: str, justkalm: JustKalm, folder: Path) -> tuple[Path, Mapping[str, str]]:
    """The file, which asks the pretend JustKalm, and its environment."""
    file = folder / "probes.yaml"
    if which == "demo":
        file.write_text(probes_yaml(justkalm.urls, "http://127.0.0.1"))
        return file, {}
    file.write_text(SHIPPED.read_text())
    return file, CREDENTIALS | {f"JUSTKALM_{part.upper()}_URL": url for part, url in justkalm.urls.items()}


async def asked(which: str, justkalm: JustKalm, folder: Path) -> Mapping[str, Result]:
    """What one run of each probe of the file comes to."""
    config = load(*written(which, justkalm, folder))
    async with listening() as callbacks, Probers(DaemonClock(), str, callbacks=callbacks) as probers:
        runs = (probers.prober(settings).run() for settings in config.probes.values())
        return dict(zip(config.probes, await asyncio.gather(*runs), strict=True))


@pytest.mark.parametrize("which", ["demo", "shipped"])
async def test_every_probe_finds_its_part_well(which: str, justkalm: JustKalm, tmp_path: Path) -> None:
    results = await asked(which, justkalm, tmp_path)
    assert {probe.partition("/")[0] for probe in results} == set(PARTS)
    unwell = {
        probe: result for probe, result in results.items() if result.verdict not in (Verdict.PASS, Verdict.SLOW)
    }
    assert unwell == {}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("which", ["demo", "shipped"])
async def test_every_probe_sees_its_part_fail(which: str, part: str, justkalm: JustKalm, tmp_path: Path) -> None:
    await justkalm.fail(part, 500)
    results = await asked(which, justkalm, tmp_path)
    own = {probe for probe in results if probe.startswith(f"{part}/")}
    failed = {probe for probe, result in results.items() if result.verdict is Verdict.FAIL}
    assert failed == own | DRAGGED_ALONG.get((which, part), set())
