"""What axe-core finds on the pages: nothing. AXE names the file axe.min.js, unless it is in node_modules."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Read
from tests.clients.chromium import needs_chromium
from tests.exporter.page.stories import OPEN, story

PLACES = (Path(os.environ.get("AXE", "axe.min.js")), Path("node_modules/axe-core/axe.min.js"))
AXE = next((place for place in PLACES if place.is_file()), None)

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(AXE is None, reason="axe-core is not here (set AXE): nothing was looked at for accessibility"),
]

VIOLATIONS = """
    axe.run({resultTypes: ["violations"]}).then((found) => found.violations.map((violation) =>
        `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`))
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("path", ["/", "/history", f"/incidents/{OPEN.id}", "/components/cdn"])
async def test_a_page_violates_none_of_the_rules(read: Read, path: str, width: int, dark: bool) -> None:
    assert AXE is not None
    reader = await read(story())
    await reader.looks(width=width, dark=dark)
    await reader.opens(path)
    await reader.asks(AXE.read_text(encoding="utf-8") + "; 1")
    assert await reader.asks(VIOLATIONS) == []
    assert await reader.asks("document.documentElement.scrollWidth") == width  # nothing to be scrolled sideways for
