"""A window of time as whole stretches of which sketches are kept, and the fragments in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.core.model import Duration, Instant


class Tier(NamedTuple):
    """Sketches of stretches so wide are kept of all that begin at `since` or later."""

    width: Duration
    since: Instant


class Piece(NamedTuple):
    """A row of whole stretches of that width; None: a fragment of which no sketches are kept."""

    width: Duration | None
    since: Instant
    until: Instant


def cover(since: Instant, until: Instant, tiers: Sequence[Tier]) -> list[Piece]:
    """The time since ≤ t < until, piece by piece without gaps; each in the first of the tiers that has it.

    Args:
        tiers: widest first.
    """
    if since >= until:
        return []
    if not tiers:
        return [Piece(None, since, until)]
    (width, kept_since), *narrower = tiers
    begin, end = next_stretch(max(since, kept_since), width), until // width * width
    if begin >= end:
        return cover(since, until, narrower)
    return [*cover(since, begin, narrower), Piece(width, begin, end), *cover(end, until, narrower)]


def within(tiers: Sequence[Tier], since: Instant, width: Duration) -> list[Tier]:
    """Those of whose stretches each lies whole in one slot, of slots of so many ms from `since` on."""
    return [tier for tier in tiers if since % tier.width == width % tier.width == 0]


def next_stretch(at: Instant, width: Duration) -> Instant:
    """When the first stretch begins that begins then or later."""
    return -(-at // width) * width
