"""Texts and shapes stand out from their ground as WCAG 2.2 (AA) asks, in light and in dark."""

from __future__ import annotations

import re

import pytest

from exporter.page.style import STYLE
from exporter.page.templates import COLOURS
from monitor.core.model import PHASES

LIGHT, DARK = (
    dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.S)[:2]
)
TEXTS = ("ink", "soft", "link", "good", "slow", "part", "bad", "plan", "none")


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_guidelines_do() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


def test_both_schemes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert LIGHT.keys() > {*TEXTS, *PHASES}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "card"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_stands_out(scheme: dict[str, str], ground: str, text: str) -> None:
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("shape", [*PHASES, "hatch"])
def test_shapes_stand_out(scheme: dict[str, str], shape: str) -> None:
    assert contrast(scheme[shape], scheme["card"]) >= 3


@pytest.mark.parametrize("colour", COLOURS.values())
def test_the_sign_in_the_icon_stands_out(colour: str) -> None:
    assert contrast(colour, "#fff") >= 3
