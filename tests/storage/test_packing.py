"""Results of a probe as bytes."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import SECOND
from monitor.core.sketch import bucket, middle
from storage.packing import MIDDLES, MISSING, Pack, Row, pack, unpack
from tests.builders import NOON
from tests.storage.nouns import INTEGERS

SPENT = st.none() | st.integers(-5, 10**9) | INTEGERS
ROWS = st.tuples(
    INTEGERS,
    INTEGERS,
    INTEGERS,
    st.sampled_from(["pass", "slow", "fail", "unknown"]),
    st.none() | st.sampled_from(["latency", "reset"]),
    SPENT,
    SPENT,
    SPENT,
    SPENT,
    SPENT,
    st.none() | st.integers(100, 599),
    st.none() | INTEGERS,
    st.text(max_size=20),
    st.integers(0, 1),
    st.none() | st.text(max_size=20),
)


def row(seq: int, **changes: object) -> Row:
    defaults: dict[str, object] = {
        "seq": seq,
        "started": NOON + seq,
        "at": NOON + seq + 100,
        "verdict": "pass",
        "reason": None,
        "resolve": 1_000,
        "connect": 2_000,
        "tls": None,
        "processing": 90_000,
        "transfer": 0,
        "http_status": 200,
        "certificate_expires": None,
        "detail": "",
        "stalled": 0,
        "evidence": None,
    }
    return tuple((defaults | changes).values())


def told(packed: Pack) -> list[Row]:
    """The rows that it holds, with their phases as buckets, and that of the latency at their end."""
    phases = zip(*packed.phases, strict=True)
    rows = zip(packed.seq, packed.started, packed.at, packed.kind, phases, packed.latency, strict=True)
    return [
        (
            *(seq, started, at, *packed.kinds[kind][:2], *spent, *packed.kinds[kind][2:]),
            packed.evidence.get(str(seq)),
            latency,
        )
        for seq, started, at, kind, spent, latency in rows
    ]


def rounded(row: Row) -> Row:
    spent = [MISSING if one is None else bucket(one) for one in row[5:10]]
    return (*row[:5], *spent, *row[10:], bucket(sum(filter(None, row[5:10]))))


@given(st.lists(ROWS, min_size=1, max_size=6, unique_by=lambda row: row[0]))
def test_whatever_is_packed_comes_back_with_the_buckets_of_its_phases(rows: list[Row]) -> None:
    rows.sort()
    assert told(unpack(pack(rows))) == [rounded(row) for row in rows]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"processing": None, "transfer": None, "verdict": "fail", "reason": "timeout_headers", "http_status": None},
        {"started": NOON - SECOND, "at": NOON},
        {"processing": 60_000_000},
        {"evidence": '{"server":"“nginx”"}', "detail": "HTTP 503\u2028"},
        {"resolve": None, "connect": None, "processing": None, "transfer": None},
    ],
    ids=["one as the others", "a timeout", "one of before the clock was set", "a slow one", "evidence", "no phases"],
)
def test_one_among_many_comes_back_as_exactly_as_they_do(changes: dict[str, object]) -> None:
    rows = [*map(row, range(1, 50)), row(50, **changes), *map(row, range(51, 100))]
    assert told(unpack(pack(rows))) == [rounded(row) for row in rows]


@given(st.integers(1, 2**62))
def test_the_middle_of_a_bucket_lies_in_it(spent: int) -> None:
    assert bucket(middle(bucket(spent))) == bucket(spent)
    assert MIDDLES[bucket(spent)] == middle(bucket(spent))


def test_a_pack_of_a_newer_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2"):
        unpack(b"\x02" + pack([row(1)])[1:])


def realistic(seed: int, runs: int = 240) -> list[Row]:
    """Every 30 s among six probes, up to 3 ms late, with phases that vary by 5 to 20 % around their medians."""
    chance = random.Random(seed)
    medians = [chance.uniform(0.5, 2) * one for one in (1_500, 8_000, 12_000, 90_000, 3_000)]
    spread = chance.uniform(0.05, 0.2)
    rows = []
    for n in range(runs):
        started = NOON + 30 * SECOND * n + chance.randrange(4)
        spent = [round(median * math.exp(chance.gauss(0, spread))) for median in medians]
        at = started + sum(spent) // 1_000 + chance.randrange(3)
        phases = dict(zip(("resolve", "connect", "tls", "processing", "transfer"), spent, strict=True))
        seq = 1_000_000 + 6 * n + chance.randrange(2)
        rows.append(row(seq, started=started, at=at, certificate_expires=NOON + 10**9, **phases))
    return rows


def test_a_result_takes_little_more_than_five_bytes() -> None:
    packed = [pack(realistic(seed)) for seed in range(20)]
    assert sum(map(len, packed)) < 5.2 * 20 * 240
