"""The JavaScript breaker on a page of another site than the monitor's."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from exporter.server import Server
from monitor.core.board import Board
from monitor.core.model import ComponentState, Status
from tests.builders import NOON, component_setup, incident, setup
from tests.clients.chromium import Chromium, needs_chromium
from tests.clients.sites import Site
from tests.exporter.fakes import sources

MODULE = Path(__file__).parents[2] / "clients" / "javascript" / "justkalm-circuit.mjs"

# Twice, as the second question bears the tag, for which a browser asks leave first.
ASK = """
(async () => {
  const { Circuits } = await import("/justkalm-circuit.mjs");
  const circuits = new Circuits("%s", ["api"]);
  const states = [];
  for (const ask of [1, 2]) states.push((await circuits.ask(), circuits.state("api")));
  const refused = await circuits.guard("api", () => "called").catch((error) => error.message);
  return [...states, refused];
})()
"""

ANSWERS = "performance.getEntriesByType('resource').filter(({name}) => name.endsWith('/components'))"


async def page(_request: web.Request) -> web.Response:
    return web.Response(text='<!doctype html><link rel="icon" href="data:,">', content_type="text/html")


async def module(_request: web.Request) -> web.Response:
    return web.Response(text=MODULE.read_text(), content_type="text/javascript")


@needs_chromium
async def test_a_page_of_another_site_follows_the_monitor(tmp_path: Path) -> None:
    states = {"api": ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON)}
    board = Board(setup=setup(component_setup("api")), components=states, incidents=[incident()])
    server = Server(sources(board))
    host, port = await server.start("127.0.0.1", 0)
    async with Site({"/": page, "/justkalm-circuit.mjs": module}) as site, Chromium(tmp_path) as chromium:
        tab = await chromium.page()
        await tab.open(site.url)
        await tab.until("document.readyState === 'complete'")
        told = await tab.evaluate(ASK % f"http://{host}:{port}")
        await tab.until(f"{ANSWERS}.length === 2")
        answers = await tab.evaluate(f"{ANSWERS}.map(({{responseStatus}}) => responseStatus)")
    await server.stop()
    assert answers == [200, 304]
    assert told == ["open", "open", 'api is not called: The incident "API outage" is open.']
    assert tab.faults == []
