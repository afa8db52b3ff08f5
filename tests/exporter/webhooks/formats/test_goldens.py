"""Every format, on every occasion, says what its golden file holds."""

from __future__ import annotations

import pytest

from exporter.webhooks.formats import FORMATS
from tests.exporter.webhooks.formats.goldens import EXAMPLES, GOLDEN, golden, message, shown
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS


def test_every_format_has_an_example_and_every_example_a_format() -> None:
    assert set(FORMATS) == set(EXAMPLES)


def test_there_is_no_golden_file_but_those_of_formats_and_occasions() -> None:
    kept = {file for file in GOLDEN.rglob("*") if file.is_file()}
    assert kept == {golden(name, occasion) for name in FORMATS for occasion in OCCASIONS}


@pytest.mark.parametrize("occasion", OCCASIONS)
@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_its_golden_file_holds(name: str, occasion: str) -> None:
    assert shown(message(name, OCCASIONS[occasion])) == golden(name, occasion).read_text(encoding="utf-8")


@pytest.mark.parametrize("said", EVERY)
@pytest.mark.parametrize("name", FORMATS)
def test_whatever_is_said_the_body_is_utf_8_and_the_headers_are_single_lines(name: str, said: str) -> None:
    sent = message(name, EVERY[said])
    if sent is not None:
        sent.body.decode("utf-8", "strict")
        assert all(value.isprintable() for value in sent.headers.values())


@pytest.mark.parametrize("name", FORMATS)
def test_no_secret_is_in_what_a_log_would_show(name: str) -> None:
    assert "secret" not in repr(FORMATS[name].settings(**EXAMPLES[name]))
    assert "secret" not in repr(message(name, OCCASIONS["created"]))
