"""A window in, the pieces that cover it out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cover import Piece, Tier, cover, within

DAY, HOUR, FIVE = 24, 4, 2  # small numbers, each made of the next
ALL = [Tier(DAY, 0), Tier(HOUR, 0), Tier(FIVE, 0)]
LATE = [Tier(DAY, 0), Tier(HOUR, 24), Tier(FIVE, 40)]


@pytest.mark.parametrize(
    ("since", "until", "tiers", "pieces"),
    [
        (24, 72, ALL, [(DAY, 24, 72)]),
        (24, 48, [], [(None, 24, 48)]),
        (24, 24, ALL, []),
        (25, 24, ALL, []),
        (25, 26, ALL, [(None, 25, 26)]),
        (25, 27, ALL, [(None, 25, 27)]),
        (25, 29, ALL, [(None, 25, 26), (FIVE, 26, 28), (None, 28, 29)]),
        (
            19,
            53,
            ALL,
            [
                (None, 19, 20),
                (HOUR, 20, 24),
                (DAY, 24, 48),
                (HOUR, 48, 52),
                (None, 52, 53),
            ],
        ),
        (17, 30, LATE, [(None, 17, 24), (HOUR, 24, 28), (None, 28, 30)]),
        (37, 47, LATE, [(None, 37, 40), (HOUR, 40, 44), (FIVE, 44, 46), (None, 46, 47)]),
        (2, 50, LATE, [(None, 2, 24), (DAY, 24, 48), (FIVE, 48, 50)]),
        (3, 9, [Tier(HOUR, 5)], [(None, 3, 9)]),
    ],
)
def test_a_window_is_covered_by_the_widest_stretches_that_fit_and_are_kept(
    since: int, until: int, tiers: list[Tier], pieces: list[tuple[int | None, int, int]]
) -> None:
    assert cover(since, until, tiers) == [Piece(*piece) for piece in pieces]


@given(st.integers(0, 200), st.integers(0, 200), st.tuples(*[st.integers(0, 200)] * 3))
def test_whatever_the_window_its_pieces_cover_it_once_in_order_with_stretches_that_are_kept(
    since: int, until: int, kept: tuple[int, int, int]
) -> None:
    tiers = [Tier(width, begins) for width, begins in zip((DAY, HOUR, FIVE), kept, strict=True)]
    pieces = cover(since, until, tiers)
    covered = [at for piece in pieces for at in range(piece.since, piece.until)]
    assert covered == list(range(since, until))
    begins = dict(tiers)
    whole = [piece for piece in pieces if piece.width is not None]
    assert all(piece.since % piece.width == piece.until % piece.width == 0 for piece in whole if piece.width)
    assert all(piece.since >= begins[piece.width] for piece in whole if piece.width)
    assert all(piece.since < piece.until for piece in pieces)


@pytest.mark.parametrize(
    ("since", "width", "fitting"),
    [
        (48, 48, [DAY, HOUR, FIVE]),
        (4, 24, [HOUR, FIVE]),
        (4, 8, [HOUR, FIVE]),
        (2, 8, [FIVE]),
        (4, 6, [FIVE]),
        (3, 4, []),
        (4, 3, []),
    ],
)
def test_slots_are_read_from_tiers_whose_stretches_lie_whole_in_one_of_them(
    since: int, width: int, fitting: list[int]
) -> None:
    assert [tier.width for tier in within(ALL, since, width)] == fitting
