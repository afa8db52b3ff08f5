"""The widget's script as it goes out, and as it runs in a browser on a page of another site."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from exporter.headers import CORS
from exporter.rendering import as_json, respond
from exporter.widget import SCRIPT, script
from monitor.core.board import Board
from monitor.core.model import ComponentState, Status
from tests.builders import NOON, component_setup, setup
from tests.clients.chromium import Chromium, Page, needs_chromium
from tests.clients.sites import Answer, Site
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources

ATTACK = "<img src=x onerror=hacked=1><script>hacked=1</script>\"'>&\u202e"

# ── as it goes out ───────────────────────────────────────────────────────────────────────────────────


async def test_the_script_may_be_embedded_by_any_site_and_kept_for_an_hour(serve: Serve) -> None:
    client = await serve()
    async with client.get("/widget.js") as response:
        assert (response.status, await response.read()) == (200, SCRIPT)
        headers = response.headers
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=3600"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_who_has_the_script_is_told_so_without_it(serve: Serve) -> None:
    client = await serve()
    async with client.get("/widget.js") as response:
        tag = response.headers["ETag"]
    async with client.get("/widget.js", headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_script_is_small_and_makes_no_markup_of_text() -> None:
    assert len(SCRIPT) < 5_000
    assert not re.search(rb"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", SCRIPT)


def test_every_status_has_words() -> None:
    for status in Status:
        assert f'["{status}", '.encode() in SCRIPT


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", re.findall(r"\$\{COLOURS\((.*)\)\}", SCRIPT.decode()))
def test_text_stands_out_from_its_ground(palette: str) -> None:
    *colours, ground, text = json.loads(f"[{palette}]")
    assert len(colours) == 5
    for colour in (*colours, text):
        darker, lighter = sorted((luminance(colour), luminance(ground)))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


# ── as it runs ───────────────────────────────────────────────────────────────────────────────────────


API = "/api/v1/components/api"


def told(body: object, status: int = 200) -> Answer:
    """An answer of the API that is what it is; text is no JSON."""

    async def answer(request: web.Request) -> web.Response:
        if isinstance(body, dict) and status == 200:
            response = respond(request, as_json(body))
        else:
            response = web.Response(status=status, text=body if isinstance(body, str) else json.dumps(body))
        response.headers.update(CORS)
        return response

    return answer


def embedding(
    service: str, element: str = '<justkalm-status component="api"></justkalm-status>', **headers: str
) -> Site:
    """A page of another site."""
    html = (
        f'<!doctype html><title>x</title><link rel="icon" href="data:,"><script src="{service}/widget.js"></script>'
    )

    async def page(_request: web.Request) -> web.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(text=html + element, content_type="text/html", headers=sent)

    return Site({"/": page})


def status_service(body: object = None, status: int = 200) -> Site:
    truth = {"id": "api", "name": "API", "status": "operational"}
    return Site({"/widget.js": script, API: told(truth if body is None else body, status)})


ROOT = "document.querySelector('justkalm-status').shadowRoot"


async def shown(page: Page, words: str) -> str:
    """The widget's text, once it has these words."""
    await page.until(f"{ROOT}.textContent.includes({json.dumps(words)})")
    return str(await page.evaluate(f"{ROOT}.textContent"))


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with Chromium(tmp_path) as chromium:
        yield await chromium.page()


@needs_chromium
async def test_a_page_of_another_site_shows_what_the_monitor_tells(serve: Serve, page: Page) -> None:
    states = {"api": ComponentState(status=Status.PARTIAL_OUTAGE, decided=NOON)}
    client = await serve(sources(Board(setup=setup(component_setup("api", name=ATTACK)), components=states)))
    async with embedding(str(client._base_url).rstrip("/")) as site:
        await page.open(site.url)
        assert await shown(page, "Partial outage") == f"{ATTACK} ! Partial outage"
    assert await page.evaluate(f"{ROOT}.querySelectorAll('*').length") == 4
    assert await page.evaluate("typeof hacked") == "undefined"
    assert page.faults == []


HALF_A_MINUTE = 30_000


async def pass_half_a_minute(page: Page) -> None:
    """And let the widget look, if it wants to."""
    await page.until(f"awaited({HALF_A_MINUTE}) === 1")
    await page.evaluate(f"passTime({HALF_A_MINUTE})")


@needs_chromium
async def test_it_asks_again_every_thirty_seconds_with_the_tag_but_not_while_hidden(page: Page) -> None:
    async with status_service() as service, embedding(service.url) as site:
        await page.hold_time()
        await page.open(site.url)
        await pass_half_a_minute(page)
        await page.until(f"awaited({HALF_A_MINUTE}) === 1")
        ((none, first), (tag, second)) = service.asked_for(API)
        assert (none, first, second) == (None, 200, 304)
        assert tag is not None
        await page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true}), 1")
        await pass_half_a_minute(page)
        assert await page.evaluate(f"awaited({HALF_A_MINUTE})") == 0
        service.answers[API] = told({"id": "api", "name": "API", "status": "major_outage"})
        await page.evaluate("delete document.hidden, document.dispatchEvent(new Event('visibilitychange'))")
        await shown(page, "Major outage")
        assert len(service.asked_for(API)) == 3
    assert page.faults == []


@needs_chromium
async def test_when_the_service_goes_away_it_says_so_in_words(page: Page) -> None:
    async with embedding("http://127.0.0.1:1") as site:
        async with status_service() as service:
            await page.open(site.url)
            await page.until("document.readyState === 'complete'")
            await page.evaluate(SCRIPT.decode() + "1")
            await page.evaluate(f"document.querySelector('justkalm-status').setAttribute('src', '{service.url}'), 1")
            await shown(page, "Operational")
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert await shown(page, "Unknown") == "API ? Unknown: no answer from the status service"


LIES: dict[str, tuple[object, int]] = {
    "a server error": ({}, 500),
    "nothing of that name": ({"title": "Not Found"}, 404),
    "a page": ("<!doctype html>", 200),
    "nothing": ("null", 200),
    "a list": ([1], 200),
    "a name that is a number": ({"name": 5, "status": "operational"}, 200),
    "a status that is a list": ({"name": "API", "status": ["operational"]}, 200),
    "no status": ({"name": "API"}, 200),
    "a status of its own": ({"name": "API", "status": "constructor"}, 200),
}


@needs_chromium
async def test_what_is_no_answer_is_unknown_and_nothing_is_thrown(page: Page) -> None:
    async with status_service() as service, embedding(service.url) as site:
        await page.open(site.url)
        for name, (body, status) in LIES.items():
            await shown(page, "Operational")
            service.answers[API] = told(body, status)
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            assert "Unknown" in await shown(page, "Unknown"), name
            service.answers[API] = told({"name": "API", "status": "operational"})
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert [fault for fault in page.faults if "the server responded with a status of" not in fault] == []


@needs_chromium
async def test_it_works_on_a_page_that_forbids_all_but_the_service(page: Page) -> None:
    async with status_service() as service:
        policy = f"default-src 'none'; img-src data:; script-src {service.url}; connect-src {service.url}"
        headers = {"Content_Security_Policy": policy, "Cross_Origin_Embedder_Policy": "require-corp"}
        async with embedding(service.url, **headers) as site:
            await page.open(site.url)
            assert await shown(page, "Operational") == "API ✓ Operational"
        colour = await page.evaluate(f"getComputedStyle({ROOT}.querySelector('.good')).color")
    assert colour == "rgb(17, 99, 41)"
    assert page.faults == []


@needs_chromium
async def test_it_is_dark_where_the_reader_likes_it_dark(page: Page) -> None:
    async with status_service() as service, embedding(service.url) as site:
        await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        await page.open(site.url)
        await shown(page, "Operational")
        ground = await page.evaluate("getComputedStyle(document.querySelector('justkalm-status')).backgroundColor")
    assert ground == "rgb(22, 27, 34)"


@needs_chromium
async def test_readers_who_listen_are_told_politely_and_only_what_changed(page: Page) -> None:
    async with status_service() as service, embedding(service.url) as site:
        await page.hold_time()
        await page.open(site.url)
        await shown(page, "Operational")
        line, sign = f"{ROOT}.firstChild", f"{ROOT}.querySelector('i')"
        attributes = await page.evaluate(f"[{line}.role, {line}.ariaLive, {line}.ariaAtomic, {sign}.ariaHidden]")
        assert attributes == ["status", "polite", "true", "true"]
        watching = f"observe({line}, {{childList: true, subtree: true}})"
        await page.evaluate(f"window.changes = 0; new MutationObserver(() => changes++).{watching}, 1")
        await pass_half_a_minute(page)
        await page.until(f"awaited({HALF_A_MINUTE}) === 1")
        assert (await page.evaluate("changes"), len(service.asked_for(API))) == (0, 2)


@needs_chromium
async def test_the_component_may_change_and_the_service_may_be_named(page: Page) -> None:
    cdn = "/below/api/v1/components/cdn"
    async with status_service() as service, embedding("http://127.0.0.1:1") as site:
        service.answers |= {cdn: told({"name": "CDN", "status": "under_maintenance"})}
        await page.open(site.url)
        await page.until("document.readyState === 'complete'")
        await page.evaluate(SCRIPT.decode() + "1")
        change = "const it = document.querySelector('justkalm-status'); it.setAttribute('component', 'cdn');"
        await page.evaluate(f"{change} it.setAttribute('src', '{service.url}/below')")
        assert await shown(page, "maintenance") == "CDN ⚙ Under maintenance"
