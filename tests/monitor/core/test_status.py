from __future__ import annotations

import pytest

from monitor.core.model import Health, Status
from monitor.core.status import status_of, worst

UP, SLOW, DOWN, UNKNOWN = Health.UP, Health.SLOW, Health.DOWN, Health.UNKNOWN


@pytest.mark.parametrize(
    ("healths", "expected"),
    [
        ([], Status.UNKNOWN),
        ([UNKNOWN], Status.UNKNOWN),
        ([UP], Status.OPERATIONAL),
        ([UP, UNKNOWN], Status.OPERATIONAL),
        ([SLOW], Status.DEGRADED),
        ([UP, SLOW], Status.DEGRADED),
        ([DOWN], Status.MAJOR_OUTAGE),
        ([DOWN, UNKNOWN], Status.MAJOR_OUTAGE),
        ([DOWN, DOWN], Status.MAJOR_OUTAGE),
        ([DOWN, UP], Status.PARTIAL_OUTAGE),
        ([DOWN, SLOW], Status.PARTIAL_OUTAGE),
    ],
)
def test_the_healths_of_probes_come_to_a_status(healths: list[Health], expected: Status) -> None:
    assert status_of(healths) is expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], Status.UNKNOWN),
        ([Status.OPERATIONAL, Status.OPERATIONAL], Status.OPERATIONAL),
        ([Status.OPERATIONAL, Status.UNKNOWN], Status.UNKNOWN),
        ([Status.UNKNOWN, Status.MAINTENANCE], Status.MAINTENANCE),
        ([Status.MAINTENANCE, Status.DEGRADED], Status.DEGRADED),
        ([Status.DEGRADED, Status.PARTIAL_OUTAGE], Status.PARTIAL_OUTAGE),
        ([Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE], Status.MAJOR_OUTAGE),
    ],
)
def test_the_overall_status_is_the_worst(statuses: list[Status], expected: Status) -> None:
    assert worst(statuses) is expected
