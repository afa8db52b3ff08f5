"""Round trips: the target is handed a URL, and must post there."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from monitor.core.model import Duration, Reason, Verdict
from monitor.probers.settings import Step
from monitor.probers.transaction import NobodyListens
from tests.monitor.probers.busy import BLOCK
from tests.monitor.probers.servers import Server, answer, http_server, late, raw_server, read_request
from tests.monitor.probers.transactions import Posts, go_through, post_to, step

SOON = 150  # ms
LATE = 0.1  # s
ENOUGH = 5_000  # ms

Delivery = Callable[[socket.socket, str], None]


def after_the_answer(connection: socket.socket, url: str) -> None:
    connection.sendall(answer(202))
    connection.shutdown(socket.SHUT_WR)
    threading.Event().wait(LATE)
    post_to(url)


def before_the_answer(connection: socket.socket, url: str) -> None:
    post_to(url)
    threading.Event().wait(LATE)
    connection.sendall(answer(202))


def never(connection: socket.socket, _: str) -> None:
    connection.sendall(answer(202))


def delivering(deliver: Delivery) -> Callable[[socket.socket], None]:
    """A handler that finds the URL in the body of its request."""

    def handler(connection: socket.socket) -> None:
        body = read_request(connection).partition(b"\r\n\r\n")[2]
        deliver(connection, json.loads(body)["notify"])

    return handler


def order(server: Server, await_callback: Duration = ENOUGH) -> Step:
    notify = '{"notify": "{{callback_url}}"}'
    return step("order", server.url, method="POST", json=notify, await_callback=await_callback)


async def test_the_time_from_the_answer_until_the_post_is_processing() -> None:
    with raw_server(delivering(after_the_answer)) as server:
        result = await go_through(order(server), callbacks=Posts())
    assert result.verdict is Verdict.PASS
    assert (result.steps[0].phases.processing or 0) >= LATE * 900_000


async def test_a_post_that_comes_before_the_answer_counts() -> None:
    with raw_server(delivering(before_the_answer)) as server:
        result = await go_through(order(server, SOON), callbacks=Posts())
    assert result.verdict is Verdict.PASS
    assert (result.phases.processing or 0) >= LATE * 900_000  # that of the request alone


async def test_a_post_that_never_comes_fails_with_callback_missing() -> None:
    with raw_server(delivering(never)) as server:
        result = await go_through(order(server, SOON), callbacks=Posts())
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.CALLBACK_MISSING)
    assert result.detail == "step order: nothing was posted to the callback within 150 ms"
    assert (result.evidence["step"], result.evidence["phase"]) == ("order", "callback")
    assert result.evidence["http_status"] == "202"


async def test_no_post_is_awaited_when_the_request_already_failed() -> None:
    with http_server(answer(503)) as server:
        result = await go_through(order(server), callbacks=Posts())
    assert (result.reason, result.detail) == (Reason.HTTP_STATUS, "step order: HTTP 503 instead of 2xx")


async def test_the_url_for_the_post_is_heard_no_longer_than_its_step_lasts() -> None:
    posts = Posts()
    awaiting: list[int] = []

    def note(connection: socket.socket) -> None:
        awaiting.append(posts.awaiting)
        connection.sendall(answer())

    with raw_server(delivering(after_the_answer)) as server, http_server(note) as other:
        await go_through(step("before", other.url), order(server), step("after", other.url), callbacks=posts)
    assert (awaiting, posts.awaiting) == ([0, 0], 0)


async def test_the_url_for_the_post_is_not_shown() -> None:
    with http_server(answer(503, b"cannot post to one-time-token")) as server:
        url = f"{server.url}?notify={{{{callback_url}}}}"
        result = await go_through(step("order", url, await_callback=SOON), callbacks=Posts())
        assert b"one-time-token" in server.requests[0]
    assert result.evidence["url"] == f"{server.url}?notify=[redacted]"
    assert result.evidence["body"] == "cannot post to [redacted]"


async def test_the_url_for_the_post_is_known_only_where_one_is_awaited() -> None:
    with http_server(answer()) as server:
        result = await go_through(step("order", f"{server.url}{{{{callback_url}}}}"), callbacks=Posts())
    assert (result.reason, result.detail) == (Reason.STEP, "step order: nothing was saved as callback_url")


async def test_a_post_that_is_awaited_where_nobody_listens_is_no_trouble_of_the_target() -> None:
    with http_server(answer()) as server:
        with pytest.raises(NobodyListens, match=r"^step order awaits a callback, and nobody listens for it here$"):
            await go_through(step("first", server.url), order(server))
        assert server.requests == []


async def test_a_step_that_cleans_up_may_await_a_post() -> None:
    with http_server(answer(503)) as failing, raw_server(delivering(after_the_answer)) as server:
        result = await go_through(step("submit", failing.url), replace(order(server), always=True), callbacks=Posts())
    assert [one.step for one in result.steps] == ["submit", "order"]


class Prompt:
    """A listener that was posted to before the request was answered."""

    url = "http://127.0.0.1:1/callbacks/one-time-token"

    @contextmanager
    def awaited(self) -> Iterator[Prompt]:
        self._at = time.monotonic_ns()
        yield self

    async def arrival(self) -> int:
        return self._at


async def test_a_post_that_came_early_takes_nothing_from_the_time_of_the_request() -> None:
    with http_server(late(answer(), LATE)) as server:
        result = await go_through(order(server), callbacks=Prompt())
    assert (result.phases.processing or 0) >= LATE * 900_000


@dataclass
class Busy:
    """A listener whose loop stands still while it is to hear a post, which comes only if it is `heard`."""

    heard: bool

    url = "http://127.0.0.1:1/callbacks/one-time-token"

    @contextmanager
    def awaited(self) -> Iterator[Busy]:
        yield self

    async def arrival(self) -> int:
        threading.Event().wait(BLOCK)
        if not self.heard:
            await asyncio.Event().wait()
        return time.monotonic_ns()


async def test_a_post_missed_while_our_own_loop_stood_still_is_ours() -> None:
    with http_server(answer()) as server:
        result = await go_through(order(server, int(BLOCK * 500)), callbacks=Busy(heard=False))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)


async def test_a_run_that_is_slow_only_since_our_own_loop_heard_a_post_late_is_ours() -> None:
    with http_server(answer()) as server:
        result = await go_through(order(server), callbacks=Busy(heard=True), slow_after=int(BLOCK * 500))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)
