"""What latencies come to, told plainly, and the rows that are kept of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from monitor.core.model import QUIET, Duration, Instant, Phases, Result, Verdict
from monitor.core.sketch import MEASURES, Sketch, Slot
from storage import board, sketches, sketching
from storage.latencies import Window
from tests.builders import NOON, result

Row = tuple[str, Duration, Instant, Sketch]


def timed(probe: str, started: Instant, microseconds: int, verdict: Verdict = Verdict.PASS) -> Result:
    return result(probe, verdict, started=started, phases=Phases(connect=microseconds))


def of(*microseconds: int) -> Sketch:
    """That of runs which `timed` made."""
    return Sketch.of(Phases(connect=each) for each in microseconds)


def remember(db: Database, runs: Iterable[Result], alive: Instant = NOON) -> None:
    with db.atomic():
        board.write(db, [(run, QUIET) for run in runs], alive)


def step(db: Database) -> bool:
    with db.atomic():
        return sketching.step(db)


def roll_up(db: Database) -> None:
    while step(db):
        pass


def read(db: Database, window: Window) -> Window:
    while window.step(db):
        pass
    return window


def between(db: Database, component: str, since: Instant, until: Instant) -> Sketch:
    return read(db, Window(component, since, until)).whole


def slots(db: Database, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
    return read(db, Window(component, since, until, width)).slots


def rows(db: Database) -> list[Row]:
    """All that is kept: of which probe, how wide, since when, and what it comes to."""
    asked = "SELECT name, width, since, body FROM sketches JOIN probes ON id = probe ORDER BY name, width, since"
    return [(*row, sketches.decode(body)) for *row, body in db.execute(asked).fetchall()]


def counts(sketch: Sketch) -> list[int]:
    """How it is distributed, measure by measure; what was packed adds up only within 1 %."""
    return [getattr(sketch, measure).counts for measure in MEASURES]


def exact(runs: Iterable[Result], component: str, since: Instant, until: Instant) -> Sketch:
    """What all results come to."""
    worked = [run for run in runs if run.probe.startswith(f"{component}/") and since <= run.started < until]
    worked = [run for run in worked if run.verdict in (Verdict.PASS, Verdict.SLOW) and run.phases != Phases()]
    return Sketch.of(run.phases for run in worked)


def exact_slots(
    runs: Iterable[Result], component: str, since: Instant, until: Instant, width: Duration
) -> list[Slot]:
    """What all results come to, slot by slot."""
    begins = range(since, until, width)
    runs = list(runs)
    slots = [Slot(begin, exact(runs, component, begin, min(begin + width, until))) for begin in begins]
    return [slot for slot in slots if slot.sketch != Sketch()]
