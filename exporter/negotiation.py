"""What an Accept header wants, and one of codings (RFC 9110, 12.5.1 and 12.5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def preferred(accept: str, offered: Sequence[str]) -> str:
    """The media type that is wanted most of those offered; of equals, and when none is wanted, the first."""
    wanted = dict(_ranges(accept))
    return max(offered, key=lambda media_type: _quality(media_type, wanted))


def takes_gzip(accept_encoding: str) -> bool:
    return preferred(accept_encoding, ("identity", "gzip")) == "gzip"


def _quality(media_type: str, wanted: dict[str, float]) -> float:
    """The most specific range that fits decides."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((wanted[each] for each in ranges if each in wanted), 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        qualities = [value for name, _, value in (each.partition("=") for each in parameters) if name == "q"]
        yield media_range, _number(qualities[0]) if qualities else 1.0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
