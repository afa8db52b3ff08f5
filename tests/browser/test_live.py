"""The page while it is open, in a real browser. Short timers run a hundred times as fast, long ones when told."""

from __future__ import annotations

from dataclasses import replace

from exporter.sources import Sources
from monitor.core.model import (
    MINUTE,
    SECOND,
    ComponentState,
    Configured,
    Event,
    EventKind,
    Status,
    StatusChange,
    Step,
)
from monitor.core.subscribing import Told
from tests.browser.conftest import Read
from tests.browser.reader import Reader
from tests.builders import NOON, incident
from tests.clients.chromium import needs_chromium
from tests.exporter.fakes import FakeClock, FakeHistory, sources
from tests.exporter.page.stories import story

pytestmark = needs_chromium

HEADLINE = "document.querySelector('h1').textContent.trim()"
NEW = incident("inc_new", component="api", title="API outage", created_at=NOON)


async def happens(told: Sources, step: Step, events: int = 1) -> None:
    """It is decided, written down and told."""
    told.board.apply(Configured(NOON, told.board.setup), step)
    assert isinstance(told.history, FakeHistory)
    change = StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON)
    for number in range(len(told.history.told) + 1, len(told.history.told) + 1 + events):
        event = Event(f"evt_{number}", EventKind.COMPONENT_STATUS_CHANGED, NOON, change)
        told.history.told.append(Told(number, event))
    await told.stream.step()


async def waits(reader: Reader) -> None:
    """Until all that was begun soon is over."""
    await reader.asks("new Promise((done) => setTimeout(done, 19_000))")


def outage() -> Step:
    """The API goes down."""
    state = ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON + SECOND)
    return Step(components={"api": state}, incidents={NEW.id: NEW})


async def test_the_page_follows_what_happens_without_being_loaded_again(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.asks("window.same = true")
    await reader.page.until("window.snapshots === 1")
    await happens(told, outage())
    await reader.page.until(f"{HEADLINE} === 'Major outage of API'")
    assert await reader.asks("window.same") is True
    assert await reader.asks("document.title") == "JustKalm status: Major outage of API"
    assert "c02637" in str(await reader.asks("document.querySelector('link[rel=icon]').href"))
    assert await reader.asks("document.getElementById('inc_new').querySelector('h3').textContent") == "API outage"
    assert await reader.complaints() == []


async def test_who_listens_to_the_page_is_told_the_new_state_politely(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    assert await reader.asks("document.getElementById('news').textContent") == ""
    await happens(told, outage())
    await reader.page.until("document.getElementById('news').textContent === 'Major outage of API'")
    assert await reader.asks("document.getElementById('news').role") == "status"


async def test_focus_and_what_is_open_and_looked_at_stay_where_they_are(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.looks(width=900, height=300)
    await reader.opens("/components/api")
    await reader.page.until("window.snapshots === 1")
    await reader.asks("document.getElementById('troubled').open = true, document.querySelector('summary').focus()")
    await reader.asks("scrollTo(0, 500), window.before = document.querySelector('.wide').getBoundingClientRect().top")
    component = told.board.setup.components[0]
    longer = replace(component, description="Core valuation API. " * 40)
    setup = replace(told.board.setup, components=(longer, *told.board.setup.components[1:]))
    await happens(told, Step(setup=setup))
    await reader.page.until("document.querySelector('main').textContent.includes('Core valuation API. Core')")
    assert await reader.asks("document.activeElement.tagName") == "SUMMARY"
    assert await reader.asks("document.getElementById('troubled').open") is True
    moved = await reader.asks("document.querySelector('.wide').getBoundingClientRect().top - before")
    assert abs(float(str(moved))) < 2
    assert await reader.complaints() == []


async def test_many_events_at_once_fetch_the_page_a_few_times(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    await happens(told, outage(), events=20)
    await reader.page.until(f"{HEADLINE} === 'Major outage of API'")
    await waits(reader)
    assert int(str(await reader.asks("refreshes"))) <= 2


async def test_when_touch_is_lost_the_page_says_so_and_when_it_is_back_no_more(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    await reader.page.call("Network.enable")
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await reader.page.call("Network.emulateNetworkConditions", offline=True, **offline)
    told.hang_up()
    await reader.page.until("!document.getElementById('touch').hidden")
    said = await reader.asks("document.getElementById('touch').textContent")
    assert str(said).startswith("Lost touch with the status service")
    await reader.page.call("Network.emulateNetworkConditions", offline=False, **offline)
    await reader.asks("passes(30_000)")
    await reader.page.until("document.getElementById('touch').hidden")


async def test_of_a_service_that_hangs_the_page_says_that_it_lost_touch(read: Read) -> None:
    told = story()
    assert isinstance(told.history, FakeHistory)
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    told.board.apply(Configured(NOON, told.board.setup), Step())  # what was made before is not told again
    told.history.gate.clear()
    await reader.asks("passes(30_000)")
    await reader.page.until("!document.getElementById('touch').hidden")
    told.history.gate.set()
    await reader.asks("passes(30_000)")
    await reader.page.until("document.getElementById('touch').hidden")


async def test_a_stream_that_falls_silent_is_asked_for_anew_and_the_page_with_it(read: Read) -> None:
    reader = await read(story())
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    await reader.asks("passes(40_000)")
    await reader.page.until("window.snapshots === 2 && window.refreshes >= 1")


async def test_pings_tell_that_the_stream_lives(read: Read) -> None:
    reader = await read(story(ping_every=0.01))
    await reader.opens("/")
    await reader.page.until("armed(40_000) >= 10")
    assert await reader.asks("snapshots") == 1


async def test_a_page_that_was_just_loaded_is_not_fetched_again_at_once(read: Read) -> None:
    reader = await read(story())
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    await waits(reader)
    assert await reader.asks("refreshes") == 0


async def test_what_changes_without_an_event_is_shown_within_half_a_minute_also_with_a_stream(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    for reason in ("store_refused", "own_network"):
        told.vitals.degraded.add(reason)
        told.board.apply(Configured(NOON, told.board.setup), Step())
        await reader.asks("passes(30_000)")
        await reader.page.until(f"document.querySelector('main').textContent.includes('{reason}')")
    assert await reader.asks("snapshots") == 1


async def test_the_page_says_as_of_when_it_was_fetched(read: Read) -> None:
    told = story()
    assert isinstance(told.clock, FakeClock)
    reader = await read(told)
    await reader.opens("/")
    assert await reader.asks("document.getElementById('asof').textContent") == "As of 12:00 UTC"
    told.clock.at += MINUTE
    await reader.asks("passes(30_000)")
    await reader.page.until("document.getElementById('asof').textContent === 'As of 12:01 UTC'")


async def test_while_nobody_looks_the_page_does_not_ask_and_then_it_catches_up(read: Read) -> None:
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    change = "document.dispatchEvent(new Event('visibilitychange'))"
    await reader.asks(f"Object.defineProperty(document, 'hidden', {{value: true, configurable: true}}), {change}")
    await happens(told, outage())
    await happens(told, Step())
    await reader.asks("passes(60_000)")
    await waits(reader)
    assert await reader.asks("window.refreshes") == 0
    await reader.asks(f"delete document.hidden, {change}")
    await reader.page.until(f"{HEADLINE} === 'Major outage of API'")


async def test_some_seconds_after_the_news_the_page_looks_once_more(read: Read) -> None:
    """A cache on the way may have kept what was there before."""
    told = story()
    reader = await read(told)
    await reader.opens("/")
    await reader.page.until("window.snapshots === 1")
    await happens(told, Step())
    await reader.page.until("window.refreshes === 2")


async def test_where_the_stream_is_refused_the_page_asks_each_thirty_seconds_and_not_more_often(read: Read) -> None:
    told = sources()
    reader = await read(told)
    await reader.opens("/")
    for number in range(1, 4):
        await waits(reader)
        assert await reader.asks("window.refreshes") == number - 1
        await reader.asks("passes(30_000)")
        await reader.page.until(f"window.refreshes === {number}")
    told.board.apply(Configured(NOON, told.board.setup), outage())
    await reader.asks("passes(30_000)")
    await reader.page.until(f"{HEADLINE} === 'Major outage of API'")
