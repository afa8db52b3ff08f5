"""The results of a probe in little room: bytes, column by column, and back.

All is kept exactly but for two things: of phases the buckets of sketches, and of the steps of transactions nothing.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from operator import itemgetter, sub
from statistics import median_low
from typing import Any, TypeAlias

from monitor.core.sketch import GROWTH, bucket, middle

# seq, started, at, verdict, reason, the phases in µs, http_status, certificate_expires, detail, stalled, evidence
Row: TypeAlias = tuple[Any, ...]
STARTED, VERDICT = 1, 3
KIND = itemgetter(3, 4, 10, 11, 12, 13)  # of a row what is the same in most of them
SPENT = range(5, 10)
EVIDENCE = 14

MILLISECOND = 1_000  # µs
WORD = 8  # bytes

FORMAT = 1
LEVEL = 9
BARE = -15  # zlib's window, and that no header or checksum is wanted: SQLite's pages have none either

# What headers look like: only what differs takes room. It belongs to the format.
ALIKE = (
    b"[240,30000,1000000,1796126400000,[[0,1],[6,0],[1,0],[14998,1],[0,1],[-1,1],[100,1],[200,1],[300,1],[400,1]],"
    b"[0,0,0,0,0],"
    b'[["pass",null,null,null,"",0],["fail","timeout_headers",null,null,"",0],["pass",null,200,null,"",0]],{}]\n'
)

MISSING = -1  # in place of the bucket of a phase that was not reached or does not apply
BUCKETS = int(log(2**63) / log(GROWTH)) + 2
MIDDLES: tuple[int | None, ...] = (*map(middle, range(BUCKETS)), None)  # in µs, by bucket; the last is MISSING's
ROUGHLY = (*MIDDLES[:-1], 0)


@dataclass(frozen=True, slots=True)
class Pack:
    """Columns of results, in the order of their numbers.

    `latency` and `phases` are buckets; `kind` tells which of the `kinds` of (verdict, reason, http_status,
    certificate_expires, detail, stalled) each is, and `evidence` is JSON by number.
    """

    seq: Sequence[int]
    started: Sequence[int]
    at: Sequence[int]
    latency: Sequence[int]  # 0 for those without phases
    phases: Sequence[Sequence[int]]  # one column for each phase; MISSING where it has none
    kind: Sequence[int]
    kinds: Sequence[Sequence[Any]]
    evidence: Mapping[str, str]


def pack(rows: Sequence[Row]) -> bytes:
    """The bytes of one result or more, given in the order of their numbers."""
    seq, started, at = ([row[place] for row in rows] for place in range(3))
    phases = [[_bucket(row[place]) for row in rows] for place in SPENT]
    rough = _rough(phases)
    latency = [bucket(sum(row[place] or 0 for place in SPENT)) for row in rows]
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(map(KIND, rows)))}
    interval = _interval(started)
    turns = [(one - started[0] + interval // 2) // interval for one in started]
    columns = [
        [kinds[KIND(row)] for row in rows],
        _differences(seq),
        _differences(turns),
        [one - started[0] - turn * interval for one, turn in zip(started, turns, strict=True)],
        [end - begin - spent // MILLISECOND for begin, end, spent in zip(started, at, rough, strict=True)],
        [exact - bucket(spent) for exact, spent in zip(latency, rough, strict=True)],
        *map(_close, phases),
    ]
    bounds = [(min(column), _width(column)) for column in columns]
    holes = [int(MISSING in phase) for phase in phases]
    evidence = {row[0]: row[EVIDENCE] for row in rows if row[EVIDENCE] is not None}
    header = [len(rows), interval, seq[0], started[0], bounds, holes, list(kinds), evidence]
    text = json.dumps(header, separators=(",", ":")).encode()
    return bytes([FORMAT]) + _deflated(text + b"\n" + b"".join(map(_planes, columns)))


def unpack(body: bytes) -> Pack:
    """What was packed.

    Raises:
        ValueError: a newer version packed it.
    """
    if body[0] != FORMAT:
        raise ValueError(f"packs of format {body[0]} are not known")
    text, _, planes = zlib.decompressobj(BARE, ALIKE).decompress(body[1:]).partition(b"\n")
    runs, interval, first, begin, bounds, holes, kinds, evidence = json.loads(text)
    kind, seq, turns, offsets, beyond, residual, *close = _columns(planes, runs, bounds)
    phases = [_opened(column, hole) for column, hole in zip(close, holes, strict=True)]
    rough = _rough(phases)
    started = [begin + turn * interval + offset for turn, offset in zip(accumulate(turns), offsets, strict=True)]
    return Pack(
        seq=list(map(first.__add__, accumulate(seq))),
        started=started,
        at=[one + spent // MILLISECOND + more for one, spent, more in zip(started, rough, beyond, strict=True)],
        latency=[bucket(spent) + more for spent, more in zip(rough, residual, strict=True)],
        phases=phases,
        kind=kind,
        kinds=kinds,
        evidence=evidence,
    )


# ── columns of what is small in place of what is large ───────────────────────────────────────────────


def _bucket(spent: int | None) -> int:
    return MISSING if spent is None else bucket(spent)


def _rough(phases: Sequence[Sequence[int]]) -> list[int]:
    """Latencies in µs as far as the buckets of their phases tell."""
    columns = (map(ROUGHLY.__getitem__, phase) for phase in phases)
    return list(map(sum, zip(*columns, strict=True)))


def _interval(started: Sequence[int]) -> int:
    """That of the grid on which the probe most likely ran; 1 if there is none."""
    between = list(map(sub, started[1:], started))
    return max(1, median_low(between)) if between else 1


def _differences(values: Sequence[int]) -> list[int]:
    """From one to the next; the first is 0."""
    return [0, *map(sub, values[1:], values)]


def _close(phase: Sequence[int]) -> list[int]:
    """The buckets of a phase, with what is missing right below the least of them."""
    least = min((number for number in phase if number != MISSING), default=0)
    return [least - 1 if number == MISSING else number for number in phase]


def _opened(column: Sequence[int], hole: int) -> Sequence[int]:
    """What `_close` made of it."""
    if not hole:
        return column
    least = min(column)
    return [MISSING if number == least else number for number in column]


# ── columns as bytes ─────────────────────────────────────────────────────────────────────────────────


def _width(column: Sequence[int]) -> int:
    """How many bytes the widest of the values takes beyond the least."""
    return ((max(column) - min(column)).bit_length() + 7) // 8


def _planes(column: Sequence[int]) -> bytes:
    """The lowest bytes of all values beyond the least, then their next: the higher ones are mostly the same."""
    least = min(column)
    words = struct.pack(f"<{len(column)}Q", *(value - least for value in column))
    return b"".join(words[place::WORD] for place in range(_width(column)))


def _columns(planes: bytes, runs: int, bounds: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    place = 0
    for least, width in bounds:
        yield _column(planes[place : place + runs * width], runs, least, width)
        place += runs * width


def _column(planes: bytes, runs: int, least: int, width: int) -> list[int]:
    if width == 0:
        return [least] * runs
    if width == 1:
        return list(map(least.__add__, planes))
    words = bytearray(runs * WORD)
    for place in range(width):
        words[place::WORD] = planes[place * runs : (place + 1) * runs]
    return list(map(least.__add__, struct.unpack(f"<{runs}Q", words)))


def _deflated(text: bytes) -> bytes:
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, BARE, zdict=ALIKE)
    return compressor.compress(text) + compressor.flush()
