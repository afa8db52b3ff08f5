"""A row per fault of a probe: the text, and the exact line it is refused with."""

from __future__ import annotations

import pytest

from tests.monitor.config.texts import RIGHT, Load, Refuse, request_of, with_probe_settings, with_request

PROBE = "components.api.probes.health"
UNITS = "a whole number and a unit: 500ms, 30s, 5m, 1h, 7d"
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
CHOICES = "http, steps, tcp, tls, dns, websocket, grpc, icmp, heartbeat"
STATUS = "is not a status; write a code such as 204, or a class such as 2xx"
NOT_CLOSED = "${ begins a variable; write ${NAME} or ${NAME:-default}, or $${ if ${ itself is meant"
EMPTY = "this is empty; write a value, or leave the key out"


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("interval: 30", "6: {}.interval: 30 has no unit; write 30s"),
        ("interval: '30'", "6: {}.interval: 30 has no unit; write 30s"),
        ("interval: 1.5s", f'6: {{}}.interval: "1.5s" is not a duration; write {UNITS}'),
        ("interval: 12:30:45", f'6: {{}}.interval: "12:30:45" is not a duration; write {UNITS}'),
        ("interval: [30s]", f'6: {{}}.interval: ["30s"] is not a duration; write {UNITS}'),
        ("interval: 0s", "6: {}.interval: 0s is out of range; write a duration between 1ms and 366d"),
        ("interval: 367d", "6: {}.interval: 367d is out of range; write a duration between 1ms and 366d"),
        ("interval:", f"6: {{}}.interval: {EMPTY}"),
        ("interval: ~", f"6: {{}}.interval: {EMPTY}"),
        ("interval: 5s", "6: {}.interval: 5s is shorter than the timeout of 10s; make it at least 10s"),
        ("timeout: 1m", "6: {}.timeout: 1m is longer than the interval of 30s; make it at most 30s"),
        (
            "interval: 15s\nrecheck_interval: 20s",
            "7: {}.recheck_interval: 20s is longer than the interval of 15s; make it at most 15s",
        ),
        ("slow_after: 10s", "6: {}.slow_after: 10s is not shorter than the timeout of 10s; make it shorter than 10s"),
        ("failure_threshold: 0", "6: {}.failure_threshold: 0 is too small; write at least 1"),
        ("success_threshold: -1", "6: {}.success_threshold: -1 is too small; write at least 1"),
        ("failure_threshold: 1.5", "6: {}.failure_threshold: 1.5 is not a whole number; write one such as 3"),
        ("failure_threshold: '3'", '6: {}.failure_threshold: "3" is not a whole number; write one such as 3'),
        ("failure_threshold: true", "6: {}.failure_threshold: true is not a whole number; write one such as 3"),
        ("intervall: 30s", "6: {}.intervall: unknown key; did you mean interval?"),
        ("cost: 1", f"6: {{}}.cost: unknown key; known here: {CHOICES}, interval, timeout, failure_threshold"),
        ("resolve_after: 2m", "6: {}.resolve_after: unknown key; did you mean slow_after?"),
        ("interval: 30s\ninterval: 40s", "7: {}.interval: this key is on line 6 already; keep one"),
        ("interval: ${GONE}", "6: {}.interval: the variable GONE is not set; set it, or write ${GONE:-default}"),
        ("interval: ${GONE", f"6: {{}}.interval: {NOT_CLOSED}"),
        ("interval: ${A:-30s", f"6: {{}}.interval: {NOT_CLOSED}"),
    ],
)
def test_a_wrong_setting_of_a_probe_is_refused(refused: Refuse, settings: str, fault: str) -> None:
    assert refused(with_probe_settings(settings)) == [f"probes.yaml:{fault.replace('{}', PROBE)}"]


@pytest.mark.parametrize(
    ("expectation", "fault"),
    [
        ("200", ": this must be a mapping of keys to values"),
        ("{status: 2x}", f'.status: "2x" {STATUS}'),
        ("{status: [200, 99]}", f".status[1]: 99 {STATUS}"),
        ("{status: true}", f".status: true {STATUS}"),
        ("{status: []}", ".status: this is empty; write at least one"),
        ("{json: [1]}", ".json: this must be a mapping of keys to values"),
        (
            "{json: {a.b: 1}}",
            ".json[\"a.b\"]: this is not a JSONPath: expected '$', found 'a'; write it like $.status",
        ),
        ("{json: {$.a: {gtt: 1}}}", '.json["$.a"]: "gtt" is not an operator; did you mean gt?'),
        ("{json: {$.a: {gt: x}}}", '.json["$.a"]: gt: "x" is not a number'),
        ("{json: {$.a: {exists: 1}}}", '.json["$.a"]: exists: 1 is neither true nor false; write one of them'),
        (
            "{json: {$.a: {gt: 1, lt: 2}}}",
            '.json["$.a"]: write one operator, such as {gt: 0}; a mapping to be equal to goes under eq',
        ),
        (
            "{json: {$.a: {matches: '*'}}}",
            '.json["$.a"]: matches: "*" is not a regular expression: nothing to repeat at position 0',
        ),
        ("{json: {$.a: .inf}}", '.json["$.a"]: JSON knows no infinity and no nan; write a finite number'),
        ("{body: text}", ".body: this must be a mapping of keys to values"),
        ("{body: {}}", ".body: this expects nothing; write contains or matches"),
        ("{body: {contains: 5}}", '.body.contains: 5 is not text; write "5"'),
        ("{body: {containz: a}}", ".body.containz: unknown key; did you mean contains?"),
        (
            "{body: {matches: '[[a]'}}",
            '.body.matches: "[[a]" is not a regular expression: Possible nested set at position 1',
        ),
        (
            "{headers: {x: '*'}}",
            '.headers.x: "*" is not a regular expression: nothing to repeat at position 0',
        ),
        ("{headers: {x y: a}}", '.headers["x y"]: a header\'s name is made of letters, digits and -'),
        ("{certificate_days: 0}", ".certificate_days: 0 is too small; write at least 1"),
    ],
)
def test_a_wrong_expectation_is_refused(refused: Refuse, expectation: str, fault: str) -> None:
    assert refused(with_probe_settings(f"expect: {expectation}")) == [f"probes.yaml:6: {PROBE}.expect{fault}"]


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        ("method: get", f'method: "get" is not a method; write one of {METHODS}'),
        ("follow_redirects: yes", 'follow_redirects: "yes" is neither true nor false; write one of them'),
        ("follow_redirect: true", "follow_redirect: unknown key; did you mean follow_redirects?"),
        ("max_body: 1MB", 'max_body: "1MB" is not a size; write a number of bytes, or 512KiB, 1MiB'),
        ("max_body: 0KiB", "max_body: 0KiB is too small; write at least 1"),
        (
            'headers: {x: "a\\r\\nb"}',
            "headers.x: a header's value holds no line break or control character; remove it",
        ),
        ('headers: {"a\\nb": x}', 'headers["a\\nb"]: a header\'s name is made of letters, digits and -'),
        ("headers: {x: [1]}", "headers.x: a header's value must be text"),
        ("headers: {x: }", f"headers.x: {EMPTY}"),
        ("headers: {Accept: a, accept: b}", "headers: accept is given twice, with other capitals; keep one"),
        ("query: {a: {b: 1}}", "query.a: this must be text"),
        ("form: {a: b}", "form: a GET sends no body; set method: POST, or remove this"),
        ("json: null", "json: a GET sends no body; set method: POST, or remove this"),
        ("body: x\nmethod: HEAD", "body: a HEAD sends no body; set method: POST, or remove this"),
    ],
)
def test_a_wrong_request_is_refused(refused: Refuse, request_: str, fault: str) -> None:
    assert refused(with_request(request_)) == [f"probes.yaml:7: {PROBE}.http.{fault}"]


def test_a_content_that_json_does_not_know_is_refused(refused: Refuse) -> None:
    assert refused(with_request("method: POST\njson: .nan")) == [
        f"probes.yaml:8: {PROBE}.http.json: JSON knows no infinity and no nan; write a finite number"
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_requests_than_get_and_head_may_have_a_content(loaded: Load, method: str) -> None:
    assert request_of(loaded(with_request(f"method: {method}\nbody: x"))).body == "x"


@pytest.mark.parametrize("asked", ["http://api.test/", "HTTP://api.test/", "{url: 'http://api.test/'}"])
def test_no_certificate_is_watched_over_plain_http(refused: Refuse, asked: str) -> None:
    text = with_probe_settings("expect: {certificate_days: 14}").replace("https://api.test/", asked)
    problem = "a certificate is watched only over TLS; begin the URL with https://, or remove this"
    assert refused(text) == [f"probes.yaml:6: {PROBE}.expect.certificate_days: {problem}"]


@pytest.mark.parametrize("asked", ["${URL:-https://api.test}/", "{url: '${URL:-https://api.test}/'}"])
def test_what_a_variable_points_elsewhere_may_be_plain_http(loaded: Load, asked: str) -> None:
    text = with_probe_settings("expect: {certificate_days: 14}").replace("https://api.test/", asked)
    assert request_of(loaded(text, {"URL": "http://127.0.0.1:8000"})).url == "http://127.0.0.1:8000/"


def test_a_request_has_only_one_content(refused: Refuse) -> None:
    assert refused(with_request("json: null\nform: {a: b}\nbody_file: missing\nmethod: PUT")) == [
        f"probes.yaml:8: {PROBE}.http.form: json is given as well; a request has one of json, form and body",
        f"probes.yaml:9: {PROBE}.http.body: missing cannot be read: No such file or directory",
        f"probes.yaml:9: {PROBE}.http.body: json is given as well; a request has one of json, form and body",
    ]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://api.test/", "the URL does not begin with http:// or https://"),
        ("api.test/health", "the URL does not begin with http:// or https://"),
        ("https://", "the URL has no host; write it like https://example.com/health"),
        ("https://:80/", "the URL has no host; write it like https://example.com/health"),
        ("https://api..test/", '"api..test" is not a host name or address'),
        ("https://[fe80::zz]/", "this is not a URL; write it like https://example.com/health"),
        ("https://[::1/", "this is not a URL; write it like https://example.com/health"),
        ("https://api.test:0/", "the URL's port is not a number from 1 to 65535"),
        ("https://api.test:65536/", "the URL's port is not a number from 1 to 65535"),
        ("https://me:pass/word@api.test/", "the URL's port is not a number from 1 to 65535"),
        ("https://api.test/a b", "a URL holds no spaces or control characters; write a space as %20"),
        ("5", "this must be a mapping of keys to values"),
        ("{}", "url is missing; write it"),
    ],
)
def test_a_wrong_url_is_refused_at_the_place_where_it_was_written(refused: Refuse, url: str, problem: str) -> None:
    assert refused(RIGHT.replace("https://api.test/", url)) == [f"probes.yaml:5: {PROBE}.http: {problem}"]


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        ("&a 30s", ["anchors are not supported; put quotes around the text if & belongs to it"]),
        ("*a", ["aliases are not supported; write the value out"]),
        ("!!str 30s", ["tags are not supported; put quotes around the text if ! belongs to it"]),
    ],
)
def test_yaml_that_hides_what_a_value_is_is_refused(refused: Refuse, value: str, faults: list[str]) -> None:
    assert refused(with_probe_settings(f"interval: {value}")) == [
        f"probes.yaml:6: {PROBE}.interval: {fault}" for fault in faults
    ]


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("<<: {interval: 5s}", '6: {}["<<"]: merge keys are not supported; write the keys out'),
        ("? [interval]\n: 5s", "6: {}: a key must be a single word"),
    ],
)
def test_keys_that_are_no_words_are_refused(refused: Refuse, setting: str, fault: str) -> None:
    assert refused(with_probe_settings(setting)) == [f"probes.yaml:{fault.replace('{}', PROBE)}"]
