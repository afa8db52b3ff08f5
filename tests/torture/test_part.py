"""A part of the torture, in which times are not judged."""

from __future__ import annotations

import pytest

from tests.torture.cases import CASES
from tests.torture.scorecard import Case, Scale, Unavailable

SEED = 7


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_nothing_is_lost_on_a_bad_day(case: Case) -> None:
    try:
        score = await case.run(Scale(part=True, seed=SEED))
    except Unavailable as why:
        pytest.skip(str(why))
    assert score.trials > 0, "the bad thing never happened"
    assert not score.lost
