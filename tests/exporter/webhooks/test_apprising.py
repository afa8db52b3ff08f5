"""One notification by apprise, to servers that behave in one exact way."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from exporter.webhooks.apprising import notify
from exporter.webhooks.formats import apprise
from exporter.webhooks.formats.message import Message
from exporter.webhooks.post import Answer, OwnTrouble
from tests.daemons import PATIENCE
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.servers import Server, answer, closed_port, hang, http_server

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise uses it

TOKEN = "t0ken"

MORE_THAN_THERE_IS = 2**46  # bytes

# A program that stops, when it is told to, while a notification is under way.
STOPPING = """
import asyncio, json, sys
from exporter.webhooks.apprising import notify
from exporter.webhooks.formats.message import Message

async def run():
    body = json.dumps({"title": "Title", "body": "Body", "type": "info"}).encode()
    notification = asyncio.create_task(notify(Message("NOTIFY", sys.argv[1], {}, body)))
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(run())
print("stopped")
"""


def said(server: Server, occasion: str = "created", options: str = "") -> Message:
    """What goes to a server by way of apprise's own JSON."""
    return apprise.message(apprise.Settings(f"json://{server.address}/{TOKEN}{options}"), EVERY[occasion])


def came_to(answer: Answer) -> tuple[int | None, str]:
    return answer.status, answer.excerpt


@pytest.mark.parametrize("occasion", OCCASIONS)
async def test_what_is_said_arrives_with_its_type(occasion: str) -> None:
    with http_server(answer(200)) as server:
        message = said(server, occasion)
        assert came_to(await notify(message)) == (200, "taken")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    got, sent = json.loads(body), json.loads(message.body)
    assert head.startswith(f"POST /{TOKEN} ".encode())
    assert (got["title"], got["message"], got["type"]) == (sent["title"], sent["body"], sent["type"])


async def test_a_refusal_is_told_as_far_as_apprise_does() -> None:
    with http_server(answer(500)) as server:
        assert came_to(await notify(said(server))) == (None, "apprise could not deliver it")


async def test_a_refused_connection_is_told() -> None:
    with closed_port() as server:
        assert came_to(await notify(said(server))) == (None, "apprise could not deliver it")


@pytest.mark.parametrize("url", ["nonsense://host/t0ken", "json://", "tgram://t0ken"])
async def test_a_url_that_apprise_does_not_know_is_told_without_it(url: str) -> None:
    message = apprise.message(apprise.Settings(url), OCCASIONS["created"])
    assert came_to(await notify(message)) == (None, "apprise does not know what its URL names")


async def test_a_receiver_that_hangs_costs_no_more_than_the_limit() -> None:
    with http_server(hang) as server:
        message = said(server, options="?rto=0.5")
        assert came_to(await notify(message, limit=0.1)) == (None, "not taken within 0.1 s")


@dataclass
class Dripping:
    """Answers drop after drop, so that no read waits for long, until it is released."""

    begun: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        self.begun.set()
        while not self.released.wait(0.02):
            connection.sendall(b"x")


@pytest.fixture
def drips() -> Iterator[Dripping]:
    dripping = Dripping()
    yield dripping
    dripping.released.set()


@pytest.mark.parametrize("receivers", [1, 2])
def test_a_stop_does_not_wait_for_a_receiver_that_drips(receivers: int, drips: Dripping) -> None:
    with http_server(drips) as server:
        urls = ",".join(f"json://{server.address}/{number}" for number in range(receivers))
        program = [sys.executable, "-c", STOPPING, urls]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stopping:
            try:
                assert drips.begun.wait(PATIENCE)
                said, _ = stopping.communicate("stop\n", timeout=PATIENCE)
            finally:
                stopping.kill()
                drips.released.set()
    assert (said, stopping.returncode) == ("stopped\n", 0)


async def test_while_one_is_under_way_no_other_goes_to_that_url(drips: Dripping) -> None:
    with http_server(drips, answer(200)) as server, http_server(answer(200)) as other:
        message = said(server)
        assert came_to(await notify(message, limit=0.3)) == (None, "not taken within 0.3 s")
        assert came_to(await notify(message)) == (None, "still trying the one before")
        assert came_to(await notify(said(other))) == (200, "taken")
        drips.released.set()
        while (later := await notify(message)).excerpt == "still trying the one before":
            await asyncio.sleep(0)
    assert came_to(later) == (200, "taken")
    assert len(server.requests) == 2


async def test_however_many_hang_the_threads_of_others_are_theirs(drips: Dripping) -> None:
    with http_server(drips) as server:
        messages = [said(server, options=f"?:number={number}") for number in range(40)]
        answers = await asyncio.gather(*(notify(message, limit=0.3) for message in messages))
        assert {answer.excerpt for answer in answers} == {"not taken within 0.3 s"}
        assert await asyncio.to_thread(int, "7") == 7
        drips.released.set()


async def test_for_want_of_a_thread_no_receiver_is_blamed_nor_its_next_message_kept_back() -> None:
    with http_server(answer(200)) as server:
        message = said(server)
        threading.stack_size(MORE_THAN_THERE_IS)
        try:
            with pytest.raises(OwnTrouble, match="no thread"):
                await notify(message)
        finally:
            threading.stack_size(0)
        assert came_to(await notify(message)) == (200, "taken")


async def test_where_apprise_is_not_installed_it_is_told_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with http_server(answer(200)) as server:
        assert came_to(await notify(said(server))) == (
            None,
            "apprise is not installed; install justkalm-monitor[apprise]",
        )
    assert server.requests == []


async def test_what_we_lack_ourselves_is_not_held_against_the_receiver() -> None:
    with closed_port() as server:
        await notify(said(server))  # from now on apprise is imported, which takes descriptors
        with no_descriptors_left(), pytest.raises(OwnTrouble, match="EMFILE"):
            await notify(said(server))


@pytest.mark.parametrize("status", [200, 500])
async def test_no_log_however_talkative_holds_the_url(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.NOTSET + 1)
    with http_server(answer(status)) as server:
        await notify(said(server))
    await notify(apprise.message(apprise.Settings(f"nonsense://{TOKEN}"), OCCASIONS["created"]))
    assert TOKEN not in caplog.text
