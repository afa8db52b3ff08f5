"""Links to the page lead to where the page shows what they are of."""

from __future__ import annotations

import pytest

from exporter.feeds.links import incident_link, maintenance_link
from exporter.sources import Page
from monitor.core.model import HOUR, Instant
from tests.builders import NOON, incident
from tests.exporter.feeds.windows import window

PAGE = Page("JustKalm", "https://status.justkalm.com/")


@pytest.mark.parametrize(
    ("at", "cancelled", "link"),
    [
        (NOON - 1, False, "https://status.justkalm.com/#mnt_abc"),
        (NOON, False, "https://status.justkalm.com/#mnt_abc"),
        (NOON + HOUR - 1, False, "https://status.justkalm.com/#mnt_abc"),
        (NOON + HOUR, False, "https://status.justkalm.com/history#mnt_abc"),
        (NOON - 1, True, "https://status.justkalm.com/"),
        (NOON + HOUR, True, "https://status.justkalm.com/"),
    ],
)
def test_a_window_is_linked_to_the_page_that_shows_it_then(at: Instant, cancelled: bool, link: str) -> None:
    assert maintenance_link(PAGE, window("mnt_abc", cancelled=cancelled), at) == link


def test_without_an_address_of_the_page_links_are_relative() -> None:
    assert maintenance_link(Page("JustKalm"), window("mnt_abc"), NOON) == "/#mnt_abc"
    assert incident_link(Page("JustKalm"), incident("inc_abc")) == "/incidents/inc_abc"
