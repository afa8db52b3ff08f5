"""Badges drawn as SVG, with texts as wide as they will be."""

from __future__ import annotations

from functools import cache
from unicodedata import combining, east_asian_width

from jinja2 import Template

from exporter.badges.badge import Badge
from exporter.feeds.legible import legible
from exporter.templating import environment

INK = "#ffffff"
GROUND = "#3c4450"  # under the label
FONT_SIZE = 11  # px
PADDING = 6  # px

# In thousandths of the font's size, of Verdana; where there is another font, the picture pins its texts to them.
WIDTHS = {
    character: width
    for width, characters in {
        272: "il'",
        344: "j",
        352: " f",
        364: ",.",
        394: "t!",
        421: "I",
        427: "r",
        454: "-/()[]\\:;J|",
        459: '"',
        522: "csz",
        545: "?",
        557: "L",
        575: "F",
        592: "kvxy",
        598: "ae",
        605: "PoTY",
        628: "bdghnpqu",
        635: "E0123456789_$*`{}",
        685: "ABSVXZ",
        696: "CKR",
        730: "U&",
        750: "HN",
        773: "DG",
        787: "OQ",
        818: "w#+<=>~^",
        843: "M",
        981: "mW",
        1_000: "@",
        1_076: "%",
    }.items()
    for character in characters
}
WIDE = 1_000  # a character of East Asia
OTHER = 700


def drawn(badge: Badge) -> str:
    """SVG that needs nothing but itself."""
    label, message = legible(badge.label), legible(badge.message)
    left, right = length(label), length(message)
    edge = left + 2 * PADDING
    return _template().render(
        title=f"{label}: {message}",
        texts=((PADDING, left, label), (edge + PADDING, right, message)),
        edge=edge,
        width=edge + right + 2 * PADDING,
        color=badge.color,
    )


def length(text: str) -> int:
    """Of a text in px, rounded up."""
    return -(-FONT_SIZE * sum(map(_width, text)) // 1_000)


def _width(character: str) -> int:
    if combining(character):
        return 0
    return WIDE if east_asian_width(character) in "WF" else WIDTHS.get(character, OTHER)


@cache  # compiled when it is first asked for: a start need not wait for it
def _template() -> Template:
    return environment(ink=INK, ground=GROUND, font_size=FONT_SIZE).get_template("badge.svg")
