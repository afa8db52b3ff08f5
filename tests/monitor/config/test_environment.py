"""Variables in values."""

from __future__ import annotations

import pytest

from tests.monitor.config.texts import (
    RIGHT,
    Load,
    Refuse,
    request_of,
    with_probe_settings,
    with_request,
    with_sections,
)

SHORT_FORM = "probes.yaml:5: components.api.probes.health.http"
ENVIRON = {"HOST": "api.test", "EMPTY": "", "NESTED": "${HOST}", "N": "7"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${HOST}", "api.test"),
        ("a ${HOST} b ${N}", "a api.test b 7"),
        ("${GONE:-else}", "else"),
        ("${GONE:-}x", "x"),
        ("${EMPTY:-else}", "else"),
        ("x${EMPTY}", "x"),
        ("${HOST:-else}", "api.test"),
        ("${NESTED}", "${HOST}"),
        ("$${HOST}", "${HOST}"),
        ("$$ $HOST {HOST}", "$$ $HOST {HOST}"),
    ],
)
def test_variables_are_expanded_once(loaded: Load, written: str, meant: str) -> None:
    target = request_of(loaded(with_request(f'headers: {{x: "{written}"}}'), ENVIRON))
    assert target.headers["x"] == meant


def test_keys_are_not_expanded(loaded: Load) -> None:
    assert request_of(loaded(with_request('query: {"${HOST}": x}'), ENVIRON)).query == {"${HOST}": "x"}


def test_a_variable_that_stands_alone_may_be_a_number(loaded: Load) -> None:
    config = loaded(with_probe_settings("failure_threshold: ${N}"), ENVIRON)
    assert config.setup.components[0].probes[0].failure_threshold == 7


def test_a_variable_in_quotes_is_text(refused: Refuse) -> None:
    assert refused(with_sections('defaults: {failure_threshold: "${N}"}'), ENVIRON) == [
        'probes.yaml:6: defaults.failure_threshold: "7" is not a whole number; write one such as 3'
    ]


def test_what_a_variable_holds_is_checked_like_anything_else(refused: Refuse) -> None:
    assert refused(RIGHT.replace("https://api.test/", "${HOST}"), ENVIRON) == [
        f"{SHORT_FORM}: the URL does not begin with http:// or https://"
    ]


def test_a_variable_that_is_not_text_is_refused(refused: Refuse) -> None:
    assert refused(RIGHT.replace("https://api.test/", "${BAD}"), {"BAD": "\udcff"}) == [
        f"{SHORT_FORM}: the variable BAD is not UTF-8 text; set it to some"
    ]


def test_a_short_form_whose_variable_is_not_set_has_that_fault_alone(refused: Refuse) -> None:
    assert refused(RIGHT.replace("https://api.test/", "${GONE}")) == [
        f"{SHORT_FORM}: the variable GONE is not set; set it, or write ${{GONE:-default}}"
    ]
