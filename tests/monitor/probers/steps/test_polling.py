"""Steps that ask again until an answer is as it is to become."""

from __future__ import annotations

import json
import socket
import time

import pytest
from multidict import CIMultiDict

from monitor.core.model import Reason, Verdict
from monitor.probers.judging.expect import Answer
from monitor.probers.requests.exchange import Exchange
from monitor.probers.settings import Expect, Poll
from monitor.probers.steps.outcome import Outcome
from monitor.probers.wire.phases import Hop
from tests.monitor.probers.busy import BLOCK, BusyLoop
from tests.monitor.probers.servers import Handler, answer, hang, http_server
from tests.monitor.probers.transactions import go_through, polls, step

EVERY = 40  # ms
LONGEST = 200
DONE = {"$.status": "done"}


def status(word: str, code: int = 200) -> bytes:
    return answer(code, json.dumps({"status": word, "result": 42}).encode())


async def test_a_poll_asks_until_the_answer_is_there_and_saves_of_that() -> None:
    with http_server(status("queued"), status("running"), status("done"), answer()) as server:
        result = await go_through(
            step("wait", server.url, poll=polls(DONE), save={"result": "$.result", "status": "$.status"}),
            step("fetch", f"{server.url}{{{{status}}}}/{{{{result}}}}"),
        )
        assert [request.split()[1] for request in server.requests] == [b"/", b"/", b"/", b"/done/42"]
    assert result.verdict is Verdict.PASS


async def test_the_time_between_the_requests_of_a_poll_is_their_processing() -> None:
    with http_server(status("running"), status("running"), status("done")) as server:
        begun = time.monotonic_ns()
        result = await go_through(step("wait", server.url, poll=polls(DONE, every=EVERY)))
        took = (time.monotonic_ns() - begun) // 1_000
    (wait,) = result.steps
    assert EVERY * 500 < (wait.phases.processing or 0) < took
    assert result.phases == wait.phases


async def test_a_poll_that_never_gets_there_fails_with_what_it_missed() -> None:
    with http_server(status("running")) as server:
        result = await go_through(step("wait", server.url, poll=polls(DONE, every=EVERY, longest=LONGEST)))
        assert 2 <= len(server.requests) <= LONGEST // EVERY
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.JSON)
    assert result.detail.startswith('step wait: $.status is "running" instead of "done", still after ')
    assert (result.evidence["step"], result.evidence["phase"]) == ("wait", "assertion")
    assert result.evidence["body"] == '{"status": "running", "result": 42}'


async def test_a_poll_that_is_to_end_before_it_may_ask_again_ends_at_once() -> None:
    with http_server(status("running")) as server:
        result = await go_through(step("wait", server.url, poll=polls(DONE, every=60_000, longest=30_000)))
        assert len(server.requests) == 1
    assert result.reason is Reason.JSON


async def test_a_request_cut_short_by_the_end_of_a_poll_is_not_called_a_timeout() -> None:
    with http_server(status("running"), hang) as server:
        result = await go_through(step("wait", server.url, poll=polls(DONE, longest=LONGEST)))
        assert len(server.requests) == 2
    assert result.reason is Reason.JSON
    assert result.detail.startswith('step wait: $.status is "running" instead of "done", still after 20')


@pytest.mark.parametrize(
    ("given", "reason", "detail"),
    [
        (answer(500), Reason.HTTP_STATUS, "step wait: HTTP 500 instead of 2xx"),
        (b"", Reason.RESET, "step wait: connection closed without an answer"),
        (hang, Reason.TIMEOUT_HEADERS, "step wait: no answer within 250 ms; "),
    ],
)
async def test_an_answer_that_is_not_as_expected_ends_a_poll(
    given: bytes | Handler, reason: Reason, detail: str
) -> None:
    with http_server(status("running"), given) as server:
        result = await go_through(step("wait", server.url, poll=polls(DONE, longest=60_000)), limit=250)
        assert len(server.requests) == 2
    assert result.reason is reason
    assert result.detail.startswith(detail)


async def test_each_answer_of_a_poll_must_be_as_expected_and_the_last_as_it_is_to_become() -> None:
    accepted = Expect(status=("200", "202"))
    with http_server(status("running", 202), status("done", 200)) as server:
        result = await go_through(step("wait", server.url, expect=accepted, poll=polls(DONE)))
    assert (result.verdict, result.http_status) == (Verdict.PASS, 200)


async def test_a_poll_without_an_expected_status_goes_on_until_the_awaited_one() -> None:
    awaited = Poll(until=Expect(status=("200",)), every=1, longest=2_000)
    with http_server(answer(404), answer(503), answer(200)) as server:
        result = await go_through(step("wait", server.url, expect=Expect(status=()), poll=awaited))
        assert len(server.requests) == 3
    assert (result.verdict, result.http_status) == (Verdict.PASS, 200)


async def test_a_poll_that_ended_while_our_own_loop_stood_still_is_ours() -> None:
    busy = BusyLoop()

    def done_meanwhile(connection: socket.socket) -> None:
        busy.begin()
        connection.sendall(status("done"))

    with http_server(status("running"), done_meanwhile) as server:
        longest = int(BLOCK * 500)
        result = await go_through(step("wait", server.url, poll=polls(DONE, longest=longest)))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)


def test_of_the_answers_of_a_poll_only_the_last_is_kept() -> None:
    outcome = Outcome()
    for _ in range(3):
        outcome.add(Exchange(last=Hop("http://api.test/", "api.test"), answer=Answer(200, CIMultiDict(), b"large")))
    assert [exchange.answer is None for exchange in outcome.exchanges] == [True, True, False]
