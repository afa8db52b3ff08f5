"""Which probes there are: few have a component each, many share one by tens."""

from __future__ import annotations

from collections.abc import Sequence

TOGETHER = 10  # probes in a component, where there are more than so many


def names(probes: int) -> Sequence[str]:
    """So many, as "component/probe"."""
    together = TOGETHER if probes > TOGETHER else 1
    return [f"c{number // together}/p{number}" for number in range(probes)]
