"""Who depends on whom: circles among the components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def circles(depends_on: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Every circle that a walk along the dependencies closes, as the names along it; the last leads to the first.

    Each component is walked once and the walk needs no recursion, so that a long chain costs no more than its length.
    """
    walked: set[str] = set()
    for start in depends_on:
        path = {} if start in walked else {start: iter(depends_on[start])}  # each step with what it has yet to try
        walked.add(start)
        while path:
            following = next(path[next(reversed(path))], None)
            if following is None:
                path.popitem()
            elif following in path:
                names = list(path)
                yield names[names.index(following) :]
            elif following in depends_on and following not in walked:
                walked.add(following)
                path[following] = iter(depends_on[following])
