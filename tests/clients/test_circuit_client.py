"""The Python breaker against a status service on loopback that is there, gone, hung, slow or lying."""

from __future__ import annotations

import ast
import asyncio
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trustme

from clients.python import justkalm_circuit
from clients.python.justkalm_circuit import TRUSTED, Circuit, CircuitOpen, Circuits, State
from tests.clients.breakers import Clock, ask, asked
from tests.clients.lies import LIES, TAG, Answer, StatusService, component, document, hangs, http, says, tells

MODULE = Path(justkalm_circuit.__file__)


# ── what is believed ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", ["closed", "half_open", "open"])
def test_what_is_told_is_believed(service: StatusService, state: str) -> None:
    service.answer = tells(state)
    circuits = asked(service)
    assert (circuits.state("api"), circuits.is_open("api")) == (State(state), state == "open")


def test_a_circuit_bears_its_wait_and_its_reason(service: StatusService) -> None:
    assert asked(service).circuit("api") == Circuit(State.OPEN, 30.0, 'The incident "API outage" is open.')


def test_before_the_first_answer_circuits_are_closed(service: StatusService) -> None:
    assert Circuits(service.url, ["api"]).state("api") is State.CLOSED


def test_later_questions_bear_the_tag_and_unchanged_is_good_news(service: StatusService) -> None:
    clock = Clock()
    circuits = asked(service, clock)
    for _ in range(2):
        clock.at += TRUSTED
        ask(circuits)
    clock.at += TRUSTED
    assert [f"If-None-Match: {TAG}" in head for head in service.asked] == [False, True, True]
    assert circuits.is_open("api")


def test_two_minutes_after_the_last_good_answer_calls_go_through(service: StatusService) -> None:
    clock = Clock()
    circuits = asked(service, clock)
    clock.at += TRUSTED
    assert circuits.is_open("api")
    clock.at += 0.001
    assert circuits.state("api") is State.CLOSED


def test_a_service_that_was_killed_is_not_believed_any_more(service: StatusService) -> None:
    circuits = asked(service)
    assert circuits.is_open("api")
    service.kill()
    ask(circuits)
    assert circuits.state("api") is State.CLOSED


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_when_the_service_lies_calls_go_through_until_it_tells_the_truth(service: StatusService, lie: Answer) -> None:
    service.answer = says(http(document()))  # without a tag: that nothing changed would be no lie to who has one
    circuits = asked(service)
    service.answer, circuits._source.deadline = lie, 0.3
    ask(circuits)
    assert circuits.state("api") is State.CLOSED
    service.answer, circuits._source.deadline = tells(), 5.0
    ask(circuits)
    assert circuits.is_open("api")


def test_a_lying_tag_is_not_sent_for_ever(service: StatusService) -> None:
    circuits = asked(service)
    service.answer = says(http(b"", "400 Bad Request"))
    ask(circuits)
    service.answer = tells()
    ask(circuits)
    assert ["If-None-Match" in head for head in service.asked] == [False, True, False]


def test_what_is_wrong_is_logged_once_for_all_components(
    service: StatusService, caplog: pytest.LogCaptureFixture
) -> None:
    service.answer = LIES["nothing of that name"]
    circuits = Circuits(service.url, ["api", "cdn"])
    for _ in range(2):
        ask(circuits)
    assert caplog.messages == ["nothing is known of api, cdn, so calls go through: WrongAnswer('HTTP 404')"]


def test_a_mistyped_component_is_logged_once_and_lets_calls_through(
    service: StatusService, caplog: pytest.LogCaptureFixture
) -> None:
    circuits = Circuits(service.url, ["api", "apo"])
    for tag in ('"v1"', '"v1"', '"v2"'):
        service.answer = tells(tag=tag)
        ask(circuits)
    assert (circuits.is_open("api"), circuits.state("apo")) == (True, State.CLOSED)
    assert caplog.messages == [
        "nothing is known of apo, so calls go through: WrongAnswer('there is no such component')"
    ]


def test_a_redirect_is_not_followed(service: StatusService) -> None:
    service.answer = says(http(b"", "302 Found", Location=f"{service.url}/elsewhere"))
    asked(service)
    assert len(service.asked) == 1


def test_one_component_may_be_lied_about_while_another_is_believed(service: StatusService) -> None:
    service.answer = says(http(document(component(), component("ajar") | {"id": "cdn"})))
    circuits = Circuits(service.url, ["api", "cdn"])
    ask(circuits)
    assert (circuits.is_open("api"), circuits.state("cdn")) == (True, State.CLOSED)


def test_one_question_is_for_all_components(service: StatusService) -> None:
    names = [f"part-{number}" for number in range(12)]
    service.answer = says(http(document(*(component() | {"id": name} for name in names))))
    circuits = Circuits(service.url, names)
    ask(circuits)
    assert all(circuits.is_open(name) for name in names)
    assert len(service.asked) == 1


def test_the_service_may_live_below_a_path(service: StatusService) -> None:
    circuits = Circuits(f"{service.url}/status/", ["api"])
    ask(circuits)
    assert service.asked[0].startswith("GET /status/api/v1/components HTTP/1.1\r\n")


def test_a_service_is_asked_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with StatusService(tells(), tls=context) as service:
        circuits = asked(service)
        assert circuits.is_open("api")
        assert service.url.removeprefix("https://") in service.asked[0]


def test_an_address_that_takes_nobody_leaves_time_for_the_next(service: StatusService) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.create_connection(deaf.getsockname()):
        taking = ("127.0.0.1", int(service.url.rpartition(":")[2]))
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", where) for where in (deaf.getsockname(), taking)]
        with Circuits(service.url, [])._source._dial(addresses, time.monotonic() + 1.0) as sock:
            assert sock.getpeername() == taking


@pytest.mark.parametrize("url", ["", "status.justkalm.com", "ftp://x", "file:///etc/passwd", "http://", "http://x:y"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Circuits(url, ["api"])


def test_a_component_that_is_not_followed_is_a_mistake_of_the_caller() -> None:
    circuits = Circuits("http://127.0.0.1:1", ["api"])
    for ask_for in (circuits.state, circuits.guard, circuits.queue):
        with pytest.raises(KeyError, match="cdn"):
            ask_for("cdn")


def test_the_module_needs_nothing_but_the_standard_library() -> None:
    bare = [sys.executable, "-I", "-S", "-W", "error", str(MODULE)]  # without what is installed
    ran = subprocess.run(bare, capture_output=True, text=True, timeout=30)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_module_is_written_in_the_language_of_python_3_9() -> None:
    ast.parse(MODULE.read_text(), feature_version=(3, 9))


# ── the thread ───────────────────────────────────────────────────────────────────────────────────────


def test_a_call_that_comes_first_of_all_is_refused_while_open(service: StatusService) -> None:
    with Circuits(service.url, ["api"]) as circuits:
        assert not circuits.wait_until_closed("api", timeout=0)
        with pytest.raises(CircuitOpen), circuits.guard("api"):
            pytest.fail("it was called")


async def test_a_call_that_comes_first_of_all_on_a_loop_is_refused_while_open(service: StatusService) -> None:
    async with Circuits(service.url, ["api"]) as circuits:
        assert circuits.is_open("api")


def test_who_starts_them_alone_may_wait_for_the_first_answer(service: StatusService) -> None:
    circuits = Circuits(service.url, ["api"]).start()
    circuits.ready()
    assert circuits.is_open("api")
    circuits.stop()


def test_a_hung_service_is_waited_for_no_longer_than_a_deadline(service: StatusService) -> None:
    service.answer = hangs
    with Circuits(service.url, ["api"], deadline=0.05) as circuits:
        assert circuits.state("api") is State.CLOSED


async def test_who_gives_up_to_wait_for_the_first_answer_leaves_nobody_asking(service: StatusService) -> None:
    service.answer = hangs
    circuits = Circuits(service.url, ["api"], deadline=3_600.0)
    entering = asyncio.create_task(circuits.__aenter__())
    assert await asyncio.to_thread(service.reached.wait, 10)
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert circuits._thread is not None
    await asyncio.to_thread(circuits._thread.join, 10)
    assert not circuits._thread.is_alive()


def test_breakers_end_with_their_thread(service: StatusService) -> None:
    with Circuits(service.url, ["api"]) as circuits:
        assert circuits._thread is not None
    assert not circuits._thread.is_alive()


def test_a_second_start_makes_no_second_asker(service: StatusService) -> None:
    circuits = Circuits(service.url, ["api"]).start()
    asker = circuits._thread
    assert circuits.start()._thread is asker
    circuits.stop()


def test_they_go_on_asking(service: StatusService) -> None:
    with Circuits(service.url, ["api"], interval=0.001):
        for _ in range(3):
            assert service.reached.wait(10)
            service.reached.clear()


@pytest.mark.parametrize("scheme", ["http", "https"])  # the latter hangs in its handshake
def test_a_hung_service_does_not_hold_up_the_end(
    service: StatusService, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    service.answer = hangs
    names = [f"part-{number}" for number in range(12)]
    circuits = Circuits(service.url.replace("http", scheme), names, deadline=3_600.0).start()
    assert service.reached.wait(10)
    circuits.stop()
    assert circuits._thread is not None
    assert not circuits._thread.is_alive()
    assert caplog.messages == []


def test_a_handshake_ends_with_the_deadline(service: StatusService) -> None:
    service.answer = hangs
    circuits = Circuits(service.url.replace("http", "https"), ["api"], deadline=0.05)
    ask(circuits)
    assert circuits.state("api") is State.CLOSED


def test_a_stopped_breaker_lets_calls_through(service: StatusService) -> None:
    circuits = asked(service)
    circuits.stop()
    assert circuits.state("api") is State.CLOSED
    with circuits.guard("api"), circuits.queue("api"):
        pass


def test_after_the_end_nobody_waits_for_a_first_answer() -> None:
    circuits = Circuits("http://127.0.0.1:1", ["api"], deadline=3_600.0)
    circuits.stop()
    circuits.start().ready()
    assert circuits.state("api") is State.CLOSED


async def test_breakers_serve_a_loop_without_holding_it_up(service: StatusService) -> None:
    async with Circuits(service.url, ["api"]) as circuits:
        pass
    assert circuits._thread is not None
    assert not circuits._thread.is_alive()


FORKED = """
import os, sys
from justkalm_circuit import Circuits
circuits = Circuits(sys.argv[1], ["api"])
circuits._ask()
circuits._lock.acquire()  # as another thread may at the instant of a fork
circuits.queue("api")
child = os.fork()
if child == 0:
    circuits.start().ready()
    with circuits.guard("api"), circuits.queue("api"):
        os._exit(0 if circuits.state("api") == "closed" else 1)
print(circuits.state("api").value, os.waitpid(child, 0)[1])
"""


def test_in_a_forked_child_calls_go_through(service: StatusService) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FORKED, service.url], cwd=MODULE.parent, capture_output=True, text=True, timeout=30
    )
    assert (ran.stdout.split(), ran.stderr) == (["open", "0"], "")
