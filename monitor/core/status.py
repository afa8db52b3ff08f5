"""From healths to status."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.core.model import Health, Status

WORST_FIRST = (
    Status.MAJOR_OUTAGE,
    Status.PARTIAL_OUTAGE,
    Status.DEGRADED,
    Status.MAINTENANCE,
    Status.UNKNOWN,
    Status.OPERATIONAL,
)


def status_of(healths: Iterable[Health]) -> Status:
    """A component's status by its probes alone; those of unknown health have no say."""
    known = [health for health in healths if health is not Health.UNKNOWN]
    if not known:
        return Status.UNKNOWN
    if all(health is Health.DOWN for health in known):
        return Status.MAJOR_OUTAGE
    if Health.DOWN in known:
        return Status.PARTIAL_OUTAGE
    return Status.DEGRADED if Health.SLOW in known else Status.OPERATIONAL


def worst(statuses: Iterable[Status]) -> Status:
    """The overall status; unknown when there is none to judge by."""
    return min(statuses, key=WORST_FIRST.index, default=Status.UNKNOWN)
