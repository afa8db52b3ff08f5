"""What is sent of an event, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from exporter.sources import Page
from exporter.webhooks.alerts import Channel
from exporter.webhooks.formats import Format
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.messages import Messages
from monitor.core.board import Board
from monitor.core.model import SECOND, ComponentState, Event, EventKind, Impact, Incident, Status
from monitor.core.subscribing import Subscription
from tests.builders import NOON, component_setup, setup
from tests.exporter.webhooks.formats.people import Desk
from tests.exporter.webhooks.formatting import FORMATS, SILENT, Settings, alert
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, SECRET, status_change, story, subscription
from tests.exporter.webhooks.outboxes import FakeOutbox

URL = "https://status.example"
BOARD = Board(
    setup=setup(component_setup("api"), component_setup("cdn")),
    components={"cdn": ComponentState(status=Status.PARTIAL_OUTAGE)},
)


class Office:
    """Messages to one alert, whose notices are kept."""

    def __init__(self, page: Page | None = None) -> None:
        self.notices: list[Notice] = []
        self.outbox = FakeOutbox()
        channel = Channel(alert(), Format(Settings, self._format), Settings("https://a.example/"))
        self.messages = Messages(self.outbox, BOARD, {"a": channel}.get, page or Page("JustKalm", f"{URL}/"))

    def _format(self, settings: Settings, notice: Notice) -> Message | None:
        self.notices.append(notice)
        return FORMATS["plain"].message(settings, notice)

    async def of(self, to: Subscription, event: Event) -> Message | None:
        self.outbox.record([event], [])
        return await self.messages.of(to, event.id, NOON + SECOND)


def alerted(name: str = "a", **changes: Any) -> Subscription:
    return subscription(f"alr_{name}", **({"alert": name, "key": "", "endpoint": "", "secret": ""} | changes))


async def test_who_subscribed_gets_our_own_body_signed_as_of_now() -> None:
    (event,) = story(CREATED)
    message = await Office().of(subscription(), event)
    assert message is not None
    assert (message.method, message.url) == ("POST", "https://a.example/hook")
    assert (message.headers["webhook-id"], message.headers["webhook-timestamp"]) == (event.id, str(NOON // 1_000 + 1))
    then = datetime.fromtimestamp(NOON // 1_000 + 1, UTC)
    assert message.headers["webhook-signature"] == Webhook(SECRET).sign(event.id, then, message.body.decode())


async def test_an_alert_gets_what_its_format_makes_of_the_event_and_of_how_things_are_now() -> None:
    office = Office()
    (event,) = story(CREATED)
    message = await office.of(alerted(), event)
    assert message is not None
    assert (message.url, message.body) == ("https://a.example/", b"trigger inc_a/0")
    assert office.notices == [
        Notice(
            event=event,
            sequence=1,
            at=NOON + SECOND,
            page="JustKalm",
            url=URL,
            components={"api": component_setup("api"), "cdn": component_setup("cdn")},
            states={"api": ComponentState(), "cdn": BOARD.components["cdn"]},
        )
    ]


async def test_a_format_may_compare_an_incident_with_what_it_was_before() -> None:
    office, desk = Office(), Desk()
    desk.breaks("batch/health")
    told = desk.writes("ada", impact=Impact.MINOR)
    office.outbox.record(desk.story.events, [])
    await office.messages.of(alerted(), told.event.id, NOON)
    assert told.before is not None
    assert [notice.before for notice in office.notices] == [told.before]


async def test_there_is_nothing_before_an_opening_nor_before_what_nobody_was_told() -> None:
    office, desk = Office(), Desk()
    opening, update = desk.reports(), desk.writes("ada", "It is the disk.")
    await office.of(alerted(), update.event)
    await office.of(alerted(), opening.event)
    assert [notice.before for notice in office.notices] == [None, None]


async def test_the_page_is_that_of_the_config_in_use() -> None:
    office = Office()
    office.messages.page = Page("Another", "https://another.example")
    await office.of(alerted(), status_change())
    assert (office.notices[0].page, office.notices[0].link) == ("Another", "https://another.example/")


async def test_there_may_be_nothing_to_say() -> None:
    (kind,) = SILENT
    assert await Office().of(alerted(), Event("evt_s", kind, NOON, status_change().subject)) is None


async def test_an_alert_that_the_config_does_not_name_is_told_nothing() -> None:
    assert await Office().of(alerted("b"), status_change()) is None


# ── a rehearsal ──────────────────────────────────────────────────────────────────────────────────────


def rehearsed(office: Office, to: Subscription, at: int = NOON) -> list[tuple[EventKind, Incident]]:
    office.messages.rehearsal(to, at)
    return [(notice.event.kind, notice.event.subject) for notice in office.notices]  # type: ignore[misc]


def test_a_rehearsal_is_the_opening_and_the_end_of_one_incident_that_says_what_it_is() -> None:
    (opening, opened), (end, ended) = rehearsed(Office(), alerted())
    assert (opening, end) == (CREATED, RESOLVED)
    assert (opened.id, opened.open, ended.open) == (ended.id, True, False)
    assert opened.title == ended.title == "Test of the alert a: nothing is wrong"
    assert opened.updates[-1].message == "This is a test of delivery by the alert a. Nothing is wrong."
    assert ended.updates[-1].message == "The test of delivery is over."


def test_a_rehearsal_passes_the_filters_of_its_alert() -> None:
    ((_, plain), _) = rehearsed(Office(), alerted())
    ((_, picky), _) = rehearsed(Office(), alerted(components=("cdn",), least_impact=Impact.CRITICAL))
    assert (plain.components, plain.impact) == (("api",), Impact.MINOR)
    assert (picky.components, picky.impact) == (("cdn",), Impact.CRITICAL)


def test_two_rehearsals_are_of_two_incidents() -> None:
    office = Office()
    office.messages.rehearsal(alerted(), NOON)
    incidents = {incident.id for _, incident in rehearsed(office, alerted(), NOON + 1)}
    assert len(incidents) == 2


def test_there_is_no_rehearsal_of_an_alert_that_the_config_does_not_name() -> None:
    assert Office().messages.rehearsal(alerted("b"), NOON) == []
