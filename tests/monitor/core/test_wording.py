from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.core.model import Impact, Incident, IncidentStatus
from monitor.core.wording import changed
from tests.builders import incident

BEFORE = incident()
HELD = incident(held=True)


@pytest.mark.parametrize(
    ("before", "changes", "sentence"),
    [
        (BEFORE, {}, "Nothing new."),
        (BEFORE, {"title": "Odd prices"}, "This is now called “Odd prices”."),
        (BEFORE, {"impact": Impact.NONE}, "Its impact is now none."),
        (BEFORE, {"status": IncidentStatus.IDENTIFIED}, "It is now identified."),
        (BEFORE, {"held": True}, "Somebody looks after it."),
        (HELD, {"held": False}, "It ends by itself once all is well."),
        (HELD, {"held": False, "status": IncidentStatus.RESOLVED}, "It is now resolved."),
        (BEFORE, {"own_title": True, "own_impact": True}, "Nothing new."),
        (
            BEFORE,
            {"title": "Odd", "impact": Impact.MINOR, "status": IncidentStatus.MONITORING, "held": True},
            "This is now called “Odd”. Its impact is now minor. It is now monitoring. Somebody looks after it.",
        ),
    ],
)
def test_who_writes_nothing_says_what_changed(before: Incident, changes: dict[str, Any], sentence: str) -> None:
    assert changed(before, replace(before, **changes)) == sentence
