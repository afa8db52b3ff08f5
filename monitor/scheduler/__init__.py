"""APScheduler behind a few verbs: each probe on its own grid of instants, never twice at once."""

from __future__ import annotations

from monitor.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
