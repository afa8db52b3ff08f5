"""A whole desk: a real store and board, both doors of a real server, and endpoints that do as they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp

from exporter.keyring import Keyring
from exporter.metrics import Metrics
from exporter.server import Server
from exporter.socketfile import CONTROL_SOCKET
from exporter.sources import Page, Sources, Vitals
from exporter.subscribing import Subscribing
from exporter.throttle import Throttle
from exporter.webhooks.alerts import Alerts, Channel
from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.formats.message import Message
from exporter.webhooks.messages import Messages
from exporter.webhooks.post import Answer, OwnTrouble
from exporter.webhooks.roster import Roster
from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import HOUR, Command, Configured, Observation, Step
from monitor.core.ports import StoreRefused
from monitor.core.recurring import Rule
from monitor.core.subscribing import Answered, Key, Scope, Subscription
from storage import Store
from storage.registry import Registry
from tests.builders import NOON, component_setup, setup
from tests.exporter.fakes import FakeCalendar, FakeClock, FakeHistory
from tests.exporter.openapi.net import watched, watched_api
from tests.exporter.webhooks.formatting import FORMATS

ENDPOINT = "https://example.com/hook"
WISH = {"endpoint": ENDPOINT, "events": ["incident.created"]}


class ReluctantRegistry(Registry):
    """A real one, which writes nothing while it is told to refuse."""

    refuses = False

    async def put_key(self, key: Key) -> None:
        self._consider()
        await super().put_key(key)

    async def put_subscription(
        self, subscription: Subscription, answered: tuple[str, str, Answered] | None = None
    ) -> None:
        self._consider()
        await super().put_subscription(subscription, answered)

    async def put_answer(self, key: str, idempotency_key: str, answered: Answered) -> None:
        self._consider()
        await super().put_answer(key, idempotency_key, answered)

    async def drop_subscription(self, subscription: str) -> None:
        self._consider()
        await super().drop_subscription(subscription)

    def _consider(self) -> None:
        if self.refuses:
            raise StoreRefused("no space left")


@dataclass
class FakePost:
    """Answers 200 unless told otherwise, or has no way to send at all; `sent` lists the URLs."""

    able: bool = True
    status: int | None = 200
    sent: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    async def __call__(self, to: Subscription, message: Message) -> Answer:
        if not self.able:
            raise OwnTrouble("EMFILE")
        self.sent.append(message.url)
        self.messages.append(message)
        return Answer(status=self.status, duration_ms=7, excerpt="thanks")


class Obedience:
    """Has what people say decided by the real machine, written down, and shown on the board.

    `orders` lists what it was told. While it refuses, nothing is done; what is in `sooner` is heard just before the
    next order.
    """

    def __init__(self, board: Board, store: Store) -> None:
        self._board = board
        self._store = store
        self.orders: list[Command] = []
        self.sooner: list[Observation] = []
        self.refuses = False

    async def __call__(self, command: Command) -> Step:
        if self.refuses:
            raise StoreRefused("no space left")
        self.orders.append(command)
        while self.sooner:
            await self.hear(self.sooner.pop(0))
        return await self.hear(command)

    async def hear(self, observation: Observation) -> Step:
        step = advance(self._board, observation)
        await self._store.commit([(observation, step)], observation.at)
        self._board.apply(observation, step)
        return step


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    document: Any  # None where there is no body
    text: str

    @property
    def errors(self) -> dict[str, str]:
        """What is said of each wrong field."""
        return {error["field"]: error["detail"] for error in self.document["errors"]}


@dataclass
class Desk:
    """`ask` comes through the front door, `operate` through the control socket."""

    store: Store
    registry: ReluctantRegistry
    clock: FakeClock
    post: FakePost
    messages: Messages
    dispatcher: Dispatcher
    obey: Obedience
    calendar: FakeCalendar
    sources: Sources
    client: aiohttp.ClientSession
    control: aiohttp.ClientSession

    @property
    def subscribing(self) -> Subscribing:
        return self.sources.subscribing

    @property
    def board(self) -> Board:
        return self.sources.board

    @property
    def touched(self) -> tuple[int, int, list[Rule]]:
        """The same as long as nothing is ordered and nothing is changed."""
        return self.board.revision, len(self.obey.orders), list(self.calendar.kept)

    def known(self, subscription: str) -> Subscription:
        """One that there is, as everybody sees it."""
        found = self.subscribing.roster.get(subscription)
        assert found is not None
        return found

    async def key(self, *scopes: Scope, test: bool = False) -> str:
        """The text of a new key; for subscriptions unless other scopes are given."""
        _, text = await self.subscribing.keyring.create(
            "someone", scopes or (Scope.SUBSCRIPTIONS,), test=test, lifetime=None
        )
        return text

    async def ask(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        key: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Paths are relative to the subscriptions, but for those that begin with a slash."""
        sent = dict(headers or {}) | ({"Authorization": f"Bearer {key}"} if key else {})
        path = path if path.startswith("/") else f"/api/v1/subscriptions/{path}".rstrip("/")
        return await _ask(self.client, method, path, document, body, sent)

    async def operate(self, method: str, path: str, document: object = None) -> Reply:
        return await _ask(self.control, method, path, document, None, {})

    async def subscribe(self, key: str, **changes: object) -> Any:
        """What is answered to a new subscription."""
        reply = await self.ask("POST", "", WISH | changes, key=key)
        assert reply.status == 201, reply.text
        return reply.document


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Desk]:
    """A desk over a store in the folder, as a daemon would find it there."""
    store = await Store.open(folder)
    registry = ReluctantRegistry(store._connection)
    clock, post, metrics = FakeClock(), FakePost(), Metrics("1.2.3")
    board = Board(setup=setup(component_setup("api"), component_setup("cdn")))
    roster = Roster(registry, await registry.subscriptions())
    channels: dict[str, Channel] = {}
    messages = Messages(store.outbox, board, channels.get, Page("JustKalm", "https://status.example"))
    dispatcher = Dispatcher(
        store.outbox,
        roster,
        clock,
        messages=messages,
        send=post,
        is_open=lambda incident: True,
        metrics=metrics,
    )
    debts = Debts(roster, (), wake=dispatcher.wake, look=dispatcher.look)
    subscribing = Subscribing(
        keyring=Keyring(registry, clock, await registry.keys()),
        throttle=Throttle(clock),
        registry=registry,
        outbox=store.outbox,
        roster=roster,
        debts=debts,
        alerts=Alerts(channels, registry, roster, debts, clock, formats=FORMATS),
        dispatcher=dispatcher,
        trusted_proxies=(ip_network("127.0.0.0/8"),),
    )
    obey, calendar = Obedience(board, store), FakeCalendar(clock)
    sources = Sources(
        board=board,
        history=FakeHistory(),
        clock=clock,
        page=Page("JustKalm"),
        vitals=Vitals(configured=True, store_writable=True),
        metrics=metrics,
        subscribing=subscribing,
        obey=obey,
        calendar=calendar,
    )
    server = Server(sources)
    host, port = await server.start("127.0.0.1", 0)
    await server.start_control(folder)
    through_socket = aiohttp.UnixConnector(str(folder / CONTROL_SOCKET))
    async with (
        aiohttp.ClientSession(f"http://{host}:{port}", middlewares=(watched,)) as client,
        aiohttp.ClientSession("http://localhost", connector=through_socket, middlewares=(watched_api,)) as control,
    ):
        yield Desk(store, registry, clock, post, messages, dispatcher, obey, calendar, sources, client, control)
    await dispatcher.stop(0)
    await server.stop()
    await store.close()


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[Desk]:
    """A desk whose components are watched for an hour already, and whose history is that of its store."""
    async with standing(folder) as desk:
        desk.sources.history = desk.store
        await desk.obey.hear(Configured(NOON - HOUR, desk.board.setup))
        yield desk


async def _ask(
    session: aiohttp.ClientSession,
    method: str,
    path: str,
    document: object,
    body: bytes | None,
    headers: Mapping[str, str],
) -> Reply:
    sent = {"data": body} if body is not None else {"json": document} if document is not None else {}
    async with session.request(method, path, headers=headers, **sent) as response:
        text = await response.text()
        answered = await response.json(content_type=None) if "json" in response.content_type else None
        return Reply(response.status, response.headers.copy(), answered, text)
