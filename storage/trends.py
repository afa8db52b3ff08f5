"""Latencies in slots of time: those that are over are read once, the others whenever somebody asks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlite_utils import Database

from monitor.core.model import HOUR, MINUTE, Duration, Instant, Phases
from monitor.core.trend import Slot

SETTLED_AFTER = 15 * MINUTE  # until then a run may still go on that started in time
KEPT_FOR = HOUR  # then all is read anew: results may have waited for a full disk
MOST_KEPT = 100  # components, with about 100 KB for a day of runs every 30 s

SLOTS = """
    SELECT
        (started - :since) / :width,
        json_group_array(
            ifnull(resolve, 0) + ifnull(connect, 0) + ifnull(tls, 0) + ifnull(processing, 0) + ifnull(transfer, 0)
        ),
        sum(resolve), sum(connect), sum(tls), sum(processing), sum(transfer)
    FROM results
    WHERE probe IN (SELECT id FROM probes WHERE name >= :first AND name < :after)
        AND started >= :since AND started < :until AND verdict IN ('pass', 'slow')
        AND coalesce(resolve, connect, tls, processing, transfer) IS NOT NULL
    GROUP BY 1
    ORDER BY 1
"""


class Trends:
    """Reads a day of runs every 30 s in 4 ms, and what came to it since then in a tenth of that."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Duration], tuple[Instant, Sequence[Slot]]] = {}  # since when, and what was over

    def read(self, db: Database, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
        """The slots of so many ms from since ≤ t < until on in which a run started, oldest first."""
        kept_since, over = self._over(component, since, until, width)
        begin = over[-1].since + width if over else since
        found = [*over, *_slots(db, component, begin, until, width)]
        settled = [slot for slot in found if slot.since + width + SETTLED_AFTER <= until]
        self._keep(component, width, kept_since, settled)
        return found

    def _over(
        self, component: str, since: Instant, until: Instant, width: Duration
    ) -> tuple[Instant, Sequence[Slot]]:
        """Since when slots are kept, and those that need not be read again; none if theirs are other edges."""
        kept_since, slots = self._kept.pop((component, width), (until, ()))
        if not kept_since <= until < kept_since + KEPT_FOR or any((slot.since - since) % width for slot in slots[:1]):
            return until, ()
        return kept_since, [slot for slot in slots if since <= slot.since < until]

    def _keep(self, component: str, width: Duration, since: Instant, slots: Sequence[Slot]) -> None:
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[component, width] = since, slots


def _slots(db: Database, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
    asked = {"first": f"{component}/", "after": f"{component}0", "since": since, "until": until, "width": width}
    rows = db.execute(SLOTS, asked).fetchall()
    return [_slot(since + number * width, json.loads(latencies), sums) for number, latencies, *sums in rows]


def _slot(since: Instant, latencies: list[int], sums: list[int | None]) -> Slot:
    means = [None if whole is None else round(whole / len(latencies)) for whole in sums]
    return Slot(since, tuple(sorted(latencies)), Phases(*means))
