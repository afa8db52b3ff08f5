from __future__ import annotations

import pytest

from exporter.charts.steps import Values, area, line


@pytest.mark.parametrize(
    ("heights", "path"),
    [
        ([], ""),
        ([None], ""),
        ([5], "M0 5V5H10"),
        ([5, 7], "M0 5V5H10V7H20"),
        ([5, None, 7], "M0 5V5H10M20 7V7H30"),
        ([None, 0], "M10 0V0H20"),  # nought is a value
    ],
)
def test_a_line_goes_along_the_tops_and_is_broken_where_nothing_was_measured(heights: Values, path: str) -> None:
    assert line(heights) == path


def test_an_area_goes_out_along_the_highs_and_back_along_the_lows() -> None:
    assert area([9, 8], [5, 7]) == "M0 5V5H10V7H20V8H10V9H0Z"


def test_an_area_is_closed_at_each_gap() -> None:
    assert area([9, None, 9], [5, None, 7]) == "M0 5V5H10V9H0ZM20 7V7H30V9H20Z"
