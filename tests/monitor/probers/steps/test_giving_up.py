"""Runs that are given up: what was made is cleaned up all the same."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitor.core.model import MINUTE, SECOND, Result
from monitor.core.ports import Callback, Callbacks
from monitor.probers.settings import Step
from tests.monitor.probers.asking import probers
from tests.monitor.probers.servers import Server, answer, hang, http_server
from tests.monitor.probers.transactions import PATIENCE, Posts, document, polls, step, transaction

DONE = {"$.status": "done"}


class Moment:
    """Answers with a document, and tells that it did."""

    def __init__(self) -> None:
        self._come = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(document(status="running"))
        self._come.set()

    async def come(self) -> None:
        assert await asyncio.to_thread(self._come.wait, PATIENCE)


class Broken:
    """Callbacks with a bug."""

    @contextmanager
    def awaited(self) -> Iterator[Callback]:
        raise ZeroDivisionError
        yield


async def given_up(moment: Moment, *steps: Step, callbacks: Callbacks | None = None) -> None:
    """A run that is cancelled as soon as the moment has come."""
    async with probers(callbacks=callbacks) as shared, asyncio.timeout(PATIENCE):
        run: asyncio.Task[Result] = asyncio.create_task(shared.prober(transaction(*steps, timeout=MINUTE)).run())
        await moment.come()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run


def submit(server: Server) -> Step:
    return step("submit", server.url, save={"job": "$.id"})


def delete(server: Server, name: str = "delete") -> Step:
    return step(name, f"{server.url}{{{{job}}}}", method="DELETE", always=True)


def asked(server: Server) -> list[bytes]:
    return [b" ".join(request.split()[:2]) for request in server.requests]


async def test_a_run_that_is_cancelled_between_the_requests_of_a_poll_cleans_up_at_once() -> None:
    moment = Moment()
    with http_server(document(id=1), moment, answer()) as server:
        poll = step("wait", server.url, poll=polls(DONE, every=MINUTE, longest=2 * MINUTE))
        await given_up(moment, submit(server), poll, step("fetch", server.url), delete(server))
        assert asked(server) == [b"GET /", b"GET /", b"DELETE /1"]


async def test_a_run_that_is_cancelled_while_it_waits_for_a_callback_cleans_up_at_once() -> None:
    moment, posts = Moment(), Posts()
    with http_server(document(id=1), moment, answer()) as server:
        order = step("order", f"{server.url}?to={{{{callback_url}}}}", await_callback=MINUTE)
        await given_up(moment, submit(server), order, delete(server), callbacks=posts)
        assert asked(server)[2:] == [b"DELETE /1"]
    assert posts.awaiting == 0


async def test_what_was_never_made_is_not_cleaned_up_when_a_run_is_cancelled() -> None:
    moment = Moment()
    with http_server(moment, answer()) as server:
        poll = step("wait", server.url, poll=polls(DONE, every=MINUTE, longest=2 * MINUTE))
        await given_up(moment, poll, delete(server), step("log-out", server.url, always=True))
        assert asked(server) == [b"GET /", b"GET /"]


async def test_cleaning_up_that_takes_too_long_is_given_up_too() -> None:
    moment = Moment()
    with http_server(document(id=1), moment, hang) as server:
        poll = step("wait", server.url, poll=polls(DONE, every=MINUTE, longest=2 * MINUTE))
        await given_up(moment, submit(server), poll, delete(server), delete(server, "again"))
        assert asked(server)[2:] == [b"DELETE /1"]


async def test_a_run_that_fails_on_a_bug_of_ours_cleans_up_and_raises_it() -> None:
    with http_server(document(id=1), answer()) as server:
        order = step("order", f"{server.url}?to={{{{callback_url}}}}", await_callback=SECOND)
        async with probers(callbacks=Broken()) as shared:
            prober = shared.prober(transaction(submit(server), order, delete(server)))
            with pytest.raises(ZeroDivisionError):
                await prober.run()
        assert asked(server) == [b"GET /", b"DELETE /1"]


async def test_a_bug_of_ours_while_cleaning_up_hides_none_before_it(caplog: pytest.LogCaptureFixture) -> None:
    with http_server(document(id=1), answer()) as server:
        to = f"{server.url}?to={{{{callback_url}}}}"
        order = step("order", to, await_callback=SECOND)
        broken = step("cancel", to, await_callback=SECOND, always=True)
        async with probers(callbacks=Broken()) as shared:
            prober = shared.prober(transaction(submit(server), order, broken, delete(server)))
            with pytest.raises(ZeroDivisionError):
                await prober.run()
        assert asked(server) == [b"GET /", b"DELETE /1"]
    assert [record.message for record in caplog.records] == ["step cancel could not clean up"]
