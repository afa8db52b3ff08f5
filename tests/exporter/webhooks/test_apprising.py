"""One notification by apprise, to servers that behave in one exact way."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from exporter.webhooks.apprising import notify
from exporter.webhooks.formats import apprise
from exporter.webhooks.formats.message import Message
from exporter.webhooks.post import Answer, OwnTrouble
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.servers import Server, answer, closed_port, hang, http_server

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise uses it

TOKEN = "t0ken"


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
