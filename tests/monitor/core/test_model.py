from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import Instant, MaintenanceStatus, Setup, Window

UPGRADE = Window(id="mnt_1", title="Upgrade", components=("api",), starts=100, ends=200)
CANCELLED = replace(UPGRADE, id="mnt_2", cancelled=True)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (0, MaintenanceStatus.SCHEDULED),
        (99, MaintenanceStatus.SCHEDULED),
        (100, MaintenanceStatus.IN_PROGRESS),
        (199, MaintenanceStatus.IN_PROGRESS),
        (200, MaintenanceStatus.COMPLETED),
        (999, MaintenanceStatus.COMPLETED),
    ],
)
def test_a_window_runs_from_its_start_up_to_its_end(at: Instant, status: MaintenanceStatus) -> None:
    assert UPGRADE.status(at) is status


@pytest.mark.parametrize("at", [0, 100, 199, 200])
def test_a_window_that_was_cancelled_stays_so(at: Instant) -> None:
    assert CANCELLED.status(at) is MaintenanceStatus.CANCELLED


def test_windows_that_were_cancelled_are_not_in_force() -> None:
    assert Setup(windows=(CANCELLED, UPGRADE)).in_force == (UPGRADE,)
