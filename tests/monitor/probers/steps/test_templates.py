"""Variables in the texts of a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.probers.settings import Basic, Bearer, HttpTarget
from monitor.probers.steps.templates import TemplateError, rendered, variables

ODD = 'a/b?c=d&e#f%+ "ü'


def target(url: str = "http://api.test/", **settings: Any) -> HttpTarget:
    return HttpTarget(url=url, **settings)


EVERYWHERE = target(
    "http://api.test/{{in_url}}",
    headers={"X-Job": "{{in_header}}"},
    query={"q": "{{in_query}}"},
    form={"f": "{{in_form}}"},
    body="{{ in_body }}",
    json='{"{{no_key}}": ["{{in_json}}", {"a": "x{{in_json_too}}"}, 1]}',
    auth=Bearer("{{in_token}}"),
)


def test_variables_are_found_wherever_they_may_stand() -> None:
    assert variables(EVERYWHERE) == {
        "in_url",
        "in_header",
        "in_query",
        "in_form",
        "in_body",
        "in_json",
        "in_json_too",
        "in_token",
    }


def test_the_variables_found_are_those_that_must_be_known() -> None:
    values = dict.fromkeys(variables(EVERYWHERE), "1")
    assert "{{in" not in str(rendered(EVERYWHERE, values))
    for name in values:
        with pytest.raises(TemplateError, match=f"^nothing was saved as {name}$"):
            rendered(EVERYWHERE, {known: value for known, value in values.items() if known != name})


def test_a_password_may_have_been_saved() -> None:
    filled = rendered(target(auth=Basic("{{who}}", "{{word}}")), {"who": "me", "word": 7})
    assert filled.auth == Basic("me", "7")


@pytest.mark.parametrize("text", ["{{ }}", "{{1}}", "{x}", "{{a b}}", "{{}}"])
def test_what_is_no_variable_stays_as_it_is(text: str) -> None:
    assert variables(target(body=text)) == frozenset()
    assert rendered(target(body=text), {}).body == text


@pytest.mark.parametrize(
    ("url", "value", "expected"),
    [
        ("http://api.test/{{x}}/state", ODD, "http://api.test/a%2Fb%3Fc%3Dd%26e%23f%25%2B%20%22%C3%BC/state"),
        ("http://api.test/?job={{x}}&a=b", "1&a=c", "http://api.test/?job=1%26a%3Dc&a=b"),
        ("http://api.test/{{x}}", 12, "http://api.test/12"),
        ("{{x}}", "https://cdn.test/a?b=c", "https://cdn.test/a?b=c"),
        ("{{x}}/parts", "https://cdn.test/a", "https://cdn.test/a/parts"),
    ],
)
def test_in_a_url_a_value_is_one_part_unless_it_begins_it(url: str, value: object, expected: str) -> None:
    assert rendered(target(url), {"x": value}).url == expected


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("http://api.test/{{x}}", ""),
        ("http://api.test/job-{{x}}/state", ""),
        ("http://api.test/{{x}}", "."),
        ("http://api.test/{{x}}/state", ".."),
        ("http://api.test/.{{x}}?a=b", "."),
        ("http://api.test/{{x}}{{x}}", "."),
        ("http://api.test/{{x}}#a", "../.."),
        ("http://api.test/a/{{x}}", "b/../../c"),
    ],
)
def test_no_value_in_a_path_leads_elsewhere(url: str, value: str) -> None:
    with pytest.raises(TemplateError, match=r"leads elsewhere$"):
        rendered(target(url), {"x": value})


@pytest.mark.parametrize(
    ("url", "value", "expected"),
    [
        ("http://api.test/{{x}}", "...", "http://api.test/..."),
        ("http://api.test/v{{x}}", ".", "http://api.test/v."),
        ("http://api.test/{{x}}", "%2e%2e", "http://api.test/%252e%252e"),
        ("http://api.test/?a={{x}}/..", "", "http://api.test/?a=/.."),
        ("http://api.test/?a={{x}}", "..", "http://api.test/?a=.."),
        ("http://api.test/a/../{{x}}", "b", "http://api.test/a/../b"),
        ("{{x}}/../b", "http://api.test/a", "http://api.test/a/../b"),
    ],
)
def test_dots_that_lead_nowhere_or_are_written_down_stay(url: str, value: str, expected: str) -> None:
    assert rendered(target(url), {"x": value}).url == expected


@pytest.mark.parametrize("value", ["/jobs/1", "ftp://api.test/", "file:///etc/passwd", "http://", "http://[::1", 5])
def test_a_value_that_is_no_http_address_cannot_be_asked(value: object) -> None:
    with pytest.raises(TemplateError, match=r"becomes .*, which is no HTTP address"):
        rendered(target("{{x}}"), {"x": value})


@pytest.mark.parametrize("value", ['a "quoted"\nline', 12, 1.5, True, None, ["a", 1], {"b": None}])
def test_a_json_text_that_is_only_a_variable_takes_its_value_with_its_type(value: object) -> None:
    filled = rendered(target(json='{"job": "{{x}}", "n": 1}'), {"x": value})
    assert json.loads(filled.json or "") == {"job": value, "n": 1}


@pytest.mark.parametrize(
    ("value", "text"),
    [('"a"\n', '"a"\n'), (12, "12"), (True, "true"), (None, "null"), ([1, "a"], '[1, "a"]'), ("\ud800", "?")],
)
def test_in_other_texts_a_value_is_spelled_as_in_json_but_a_string_as_it_is(value: object, text: str) -> None:
    filled = rendered(target(json='["job-{{x}}"]', body="<{{x}}>", query={"q": "{{x}}"}), {"x": value})
    assert json.loads(filled.json or "") == [f"job-{text}"]
    assert (filled.body, filled.query) == (f"<{text}>", {"q": text})


@pytest.mark.parametrize("value", ["a\r\nX-Evil: b", "a\x00b", "a\x7fb"])
@pytest.mark.parametrize("place", [{"headers": {"X-Job": "{{x}}"}}, {"auth": Bearer("{{x}}")}])
def test_a_value_cannot_break_out_of_its_header(place: dict[str, Any], value: str) -> None:
    with pytest.raises(TemplateError, match="what was saved as x does not fit in a header"):
        rendered(target(**place), {"x": value})


def test_a_value_that_is_nested_without_end_is_not_sent() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(TemplateError, match="nested too deeply"):
        rendered(target(json='"{{x}}"'), {"x": deep})
