"""What the Python breaker believes, and how fast it lets calls go: no network, and seconds that are handed in."""

from __future__ import annotations

import math
from random import Random

import pytest

from clients.python.justkalm_circuit import (
    RAMP,
    TRICKLE,
    TRUSTED,
    Circuit,
    State,
    Valve,
    Watch,
    WrongAnswer,
    read_circuit,
    read_components,
)

OPEN = Circuit(State.OPEN, 30.0, "All is down.")


def test_a_wait_may_be_of_any_length() -> None:
    told = {"id": "api", "circuit": {"state": "open", "retry_after": 10**400, "reason": None}}
    assert read_circuit({"api": told}, "api").retry_after == 10**400


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"null", b"{}", b'{"components": [[]]}'])
def test_what_is_no_document_of_components_is_a_wrong_answer(body: bytes) -> None:
    with pytest.raises(WrongAnswer):
        read_components(body)


def test_components_are_told_apart_by_their_ids() -> None:
    body = b'{"components": [{"id": "api", "n": 1}, {"id": "cdn", "n": 2}]}'
    assert read_components(body) == {"api": {"id": "api", "n": 1}, "cdn": {"id": "cdn", "n": 2}}


class Even(Random):
    """Chance without surprises: always the middle."""

    def random(self) -> float:
        return 0.5


def watch() -> Watch:
    known = Watch("api", Random(1))
    known.learn(OPEN, 100.0)
    return known


def test_of_what_was_never_heard_of_the_circuit_is_closed() -> None:
    assert Watch("api", Random(1)).circuit(0.0) == Circuit()


@pytest.mark.parametrize(("age", "state"), [(0.0, "open"), (TRUSTED, "open"), (TRUSTED + 0.001, "closed")])
def test_a_good_answer_holds_for_two_minutes(age: float, state: str) -> None:
    assert watch().circuit(100.0 + age).state == state


def test_that_nothing_changed_is_a_good_answer_too() -> None:
    known = watch()
    known.renew(200.0)
    assert (known.circuit(200.0 + TRUSTED), known.circuit(200.1 + TRUSTED)) == (OPEN, Circuit())


def test_what_is_doubted_is_not_believed_also_when_it_did_not_change() -> None:
    known = watch()
    known.doubt()
    known.renew(100.0)
    assert known.circuit(100.0) == Circuit()


def test_a_doubt_is_news_once() -> None:
    never_known, known = Watch("api", Random(1)), watch()
    assert [never_known.doubt(), never_known.doubt(), known.doubt(), known.doubt()] == [True, False, True, False]
    known.learn(OPEN, 200.0)
    assert known.doubt()


def gone(valve: Valve, state: State, since: float, until: float, step: float = 0.001) -> list[float]:
    """The instants at which calls go, of as many as want to."""
    instants = (since + number * step for number in range(round((until - since) / step)))
    return [now for now in instants if valve.wait(state, now) == 0]


def test_a_valve_is_wide_open_until_something_is_wrong() -> None:
    valve = Valve(Random(1))
    assert [valve.wait(State.CLOSED, 0.0) for _ in range(1_000)] == [0.0] * 1_000


def test_nothing_goes_while_open() -> None:
    assert Valve(Random(1)).wait(State.OPEN, 5.0) == math.inf


def test_a_trickle_goes_while_half_open() -> None:
    assert len(gone(Valve(Random(1)), State.HALF_OPEN, 0.0, 60.0, 0.01)) == pytest.approx(60, abs=6)


def test_a_wait_ends_when_it_says_so() -> None:
    valve = Valve(Random(1))
    wait = valve.wait(State.HALF_OPEN, 0.0)
    assert 0 < wait < TRICKLE
    assert valve.wait(State.HALF_OPEN, wait) == 0.0
    assert valve.wait(State.HALF_OPEN, wait) > 0.0


def test_after_an_outage_calls_go_faster_and_faster() -> None:
    valve = Valve(Even())
    valve.see(State.OPEN, 0.0)
    instants = gone(valve, State.CLOSED, 100.0, 100.0 + RAMP)
    by_second = [sum(100 + second <= at < 101 + second for at in instants) for second in range(0, 24, 3)]
    assert by_second == sorted(by_second)
    assert by_second[0] == 1
    assert by_second[-1] == pytest.approx(140, rel=0.1)


def test_when_the_ramp_is_over_all_go_at_once() -> None:
    valve = Valve(Random(1))
    valve.see(State.OPEN, 0.0)
    valve.see(State.CLOSED, 1.0)
    assert [valve.wait(State.CLOSED, 1.0 + RAMP) for _ in range(1_000)] == [0.0] * 1_000


def test_an_outage_that_comes_back_begins_the_ramp_anew() -> None:
    valve = Valve(Random(1))
    for state, now in [(State.OPEN, 0.0), (State.CLOSED, 10.0), (State.OPEN, 35.0), (State.CLOSED, 36.0)]:
        valve.see(state, now)
    assert len(gone(valve, State.CLOSED, 36.0, 38.0)) <= 4


def test_many_clients_that_were_told_the_same_do_not_come_together() -> None:
    firsts = []
    for seed in range(200):
        valve = Valve(Random(seed))
        valve.see(State.OPEN, 0.0)
        firsts.append(valve.wait(State.CLOSED, 100.0))
    per_tenth = [sum(tenth / 10 <= first < (tenth + 1) / 10 for first in firsts) for tenth in range(10)]
    assert min(per_tenth) > 5
    assert max(per_tenth) < 40
