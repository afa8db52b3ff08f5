"""What was observed, as the operator's door hands it out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.model import QUIET, Configured, Observation, Started
from monitor.core.subscribing import Scope
from storage.observations import numbered
from tests.builders import NOON, result, setup
from tests.exporter.desk import ENDPOINT, Desk, standing

OBSERVED: list[Observation] = [
    Started(NOON, None),
    Configured(NOON, setup()),
    *(result(started=NOON + n) for n in range(5)),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        desk.sources.history = desk.store
        await desk.store.commit([(observed, QUIET) for observed in OBSERVED], alive=NOON)
        yield desk


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("?after=2", [3, 4, 5, 6, 7]),
        ("?after=2&limit=2", [3, 4]),
        (f"?since={NOON + 3}", [1, 2, 6, 7]),
        (f"?since={NOON + 3}&after=1&limit=2", [2]),
        (f"?since={NOON + 3}&after=2&limit=2", [6, 7]),
        ("?after=7", []),
    ],
)
async def test_a_slice_is_what_was_observed_in_its_order(desk: Desk, query: str, expected: list[int]) -> None:
    reply = await desk.operate("GET", f"/observations{query}")
    assert reply.status == 200
    assert numbered(reply.document) == [(number, OBSERVED[number - 1]) for number in expected]


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("?after=x", "after", "must be a whole number from 0 to 9007199254740992."),
        ("?after=-1", "after", "must be a whole number from 0 to 9007199254740992."),
        ("?limit=0", "limit", "must be a whole number from 1 to 5000."),
        ("?limit=5001", "limit", "must be a whole number from 1 to 5000."),
        ("?since=1.5", "since", "must be a whole number from 0 to 9007199254740992."),
    ],
)
async def test_a_wrong_parameter_is_named(desk: Desk, query: str, field: str, detail: str) -> None:
    reply = await desk.operate("GET", f"/observations{query}")
    assert (reply.status, reply.errors) == (422, {field: detail})


async def test_a_history_that_remembers_no_observations_has_none_to_hand_out(tmp_path: Path) -> None:
    async with standing(tmp_path) as desk:
        reply = await desk.operate("GET", "/observations")
    assert (reply.status, reply.document["detail"]) == (404, "What was observed is not remembered here.")


@pytest.mark.parametrize("path", ["/observations", "/subscribers"])
async def test_it_is_not_to_be_had_through_the_front_door(desk: Desk, path: str) -> None:
    assert (await desk.ask("GET", path, key=await desk.key(Scope.ADMIN))).status == 404


async def test_of_subscribers_is_told_what_they_want_to_know_and_neither_where_nor_how(desk: Desk) -> None:
    made = await desk.subscribe(await desk.key(), events=["incident.*"], components=["api"], least_impact="major")
    reply = await desk.operate("GET", "/subscribers")
    wish = {"id": made["id"], "events": ["incident.*"], "components": ["api"], "least_impact": "major"}
    assert reply.document == {"subscribers": [wish]}
    assert ENDPOINT not in reply.text
    assert made["secret"] not in reply.text


async def test_who_is_told_nothing_is_no_subscriber(desk: Desk) -> None:
    await desk.subscribe(await desk.key(test=True))
    disabled = await desk.subscribe(await desk.key())
    await desk.subscribing.roster.amend(disabled["id"], lambda sub: replace(sub, disabled_at=NOON))
    assert (await desk.operate("GET", "/subscribers")).document == {"subscribers": []}
