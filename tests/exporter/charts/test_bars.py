from __future__ import annotations

from itertools import pairwise

from exporter.charts.bars import HEIGHT, PITCH, bars
from monitor.core.model import Status


def test_each_day_has_a_bar_that_stands_on_the_ground_in_its_order() -> None:
    chart = bars([(Status.OPERATIONAL, "one"), (Status.DEGRADED, "two"), (Status.UNKNOWN, "three")])
    assert [bar.words for bar in chart.drawn] == ["one", "two", "three"]
    assert {bar.y + bar.height for bar in chart.drawn} == {HEIGHT}
    assert {after.x - before.x for before, after in pairwise(chart.drawn)} == {PITCH}
    assert chart.drawn[-1].x + chart.drawn[-1].width <= chart.width == 30


def test_worse_days_have_higher_bars_for_readers_who_see_no_colours() -> None:
    worse = (Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    heights = [bar.height for bar in bars([(status, "") for status in worse]).drawn]
    assert heights == sorted(set(heights))
