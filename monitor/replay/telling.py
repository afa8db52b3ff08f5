"""A replay as text for people: figures and incidents of both sides in two columns, at most 100 characters wide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from monitor.core.model import SECOND, Duration, Incident, Instant
from monitor.core.uptime import Uptime
from monitor.core.wording import spoken
from monitor.replay.outcome import Outcome, Pair, paired
from monitor.replay.recording import Recording

LABEL, FIGURE = 32, 32  # characters
CELL = 48
GAP = "  "
NONE = "–"
EXCUSED = "Not counted as false alarms: incidents of people, merged ones, those open before or still open."

Sides: TypeAlias = tuple[Outcome, Outcome]


def told(sides: Sides, recording: Recording, short: Duration, limits: Sequence[str]) -> Iterator[str]:
    """Line by line."""
    one, other = sides
    count, probes = recording.results.total(), len(+recording.results)
    of = "1 probe" if probes == 1 else f"{probes} probes"
    yield f"Replayed {_moment(one.since)} to {_moment(one.until)} UTC: {count:,} results of {of}."
    yield ""
    for row in _figures(sides, short):
        yield _line(row, (LABEL, FIGURE, FIGURE))
    if any(side.excused for side in sides):
        yield EXCUSED
    yield ""
    yield from _incidents(sides, paired(one.incidents, other.incidents, one.until))
    if limits:
        yield ""
        yield from limits


def _figures(sides: Sides, short: Duration) -> Iterator[tuple[str, ...]]:
    yield "", *(side.name for side in sides)
    yield "incidents", *(str(len(side.incidents)) for side in sides)
    yield f"false alarms (under {spoken(short)})", *(str(side.false_alarms) for side in sides)
    yield "time to detect, median", *(_time(side.median_detection) for side in sides)
    yield "time to detect, worst", *(_time(side.worst_detection) for side in sides)
    if sides[0].webhooks is None:
        yield "events (nobody subscribed)", *(str(side.events) for side in sides)
    else:
        yield "webhooks sent", *(str(side.webhooks) for side in sides)
    for component in dict.fromkeys(component for side in sides for component in side.uptimes):
        yield f"uptime of {component}", *(_percent(side.uptimes.get(component)) for side in sides)


def _incidents(sides: Sides, pairs: Sequence[Pair]) -> Iterator[str]:
    if not pairs:
        yield "No incident on either side."
        return
    yield _line([f"INCIDENTS, {side.name}" for side in sides], (CELL, CELL))
    for pair in pairs:
        cells = [_cell(side, incident) for side, incident in zip(sides, pair, strict=True)]
        for row in zip(*cells, strict=True):
            yield _line(row, (CELL, CELL))


def _cell(side: Outcome, incident: Incident | None) -> tuple[str, str]:
    """When it was, and below that its title and how long it lasted."""
    if incident is None:
        return NONE, ""
    began = f"before {_moment(side.since)}" if side.open_before(incident) else _moment(incident.started_at)
    if incident.ended_at is None:
        return f"{began} – still going on", f"  {_cut(incident.title, CELL - 2)}"
    lasted = f" ({spoken(max(incident.ended_at - incident.started_at, 0))})"
    if side.open_before(incident):
        lasted = ""
    same_day = _moment(incident.ended_at)[:10] == _moment(incident.started_at)[:10]
    ended = _moment(incident.ended_at)[11 if same_day else 5 :]
    return f"{began} – {ended}", f"  {_cut(incident.title, CELL - 2 - len(lasted))}{lasted}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(_cut(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _moment(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%d %H:%M:%S}"


def _time(duration: Duration | None) -> str:
    return NONE if duration is None else spoken(duration)


def _percent(uptime: Uptime | None) -> str:
    return NONE if uptime is None or uptime.percent is None else f"{uptime.percent:.2f} %"
