"""Texts as Statuspage's API may bear them."""

from __future__ import annotations

from exporter.statuspage.texts import body, name


def test_texts_hold_no_markup_and_names_are_one_line() -> None:
    assert name("<b>API</b>\nv2") == "‹b›API‹/b› v2"
    assert body("See [here](javascript:x)\n<script>") == "See [here]（javascript:x)\n‹script›"


def test_long_names_are_cut() -> None:
    assert len(name("x" * 1_000)) == 255
