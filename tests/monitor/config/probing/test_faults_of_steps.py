"""A row per fault of a step: the text, and the exact line it is refused with."""

from __future__ import annotations

import pytest

from tests.monitor.config.texts import Refuse, with_probe, with_steps

PROBE = "components.api.probes.health"
LOGIN = "{name: login, http: https://api.test/login, save: {token: $.token}}"
PROOF = "oauth2: {token_url: https://auth.test/, client_id: me, client_secret: hush}"
TOKEN = f"{{name: proven, http: {{url: https://api.test/, auth: {{{PROOF}}}}}}}"
HOOK = "{name: hook, http: {url: https://api.test/, query: {to: '{{callback_url}}'}}, await_callback: 20s}"
HTTP = "http: https://a.test/"
A = f"name: a\n{HTTP}"
UNTIL = "until: {json: {$.done: true}}"
KEYS = "name, http, expect, save, until, every, for, await_callback, always"
ANSWER = "status, json, body"
NO_ID = "an id is at most 63 of a-z, 0-9, _ and -, and begins with a letter or digit"
NO_VARIABLE = "a variable's name is made of letters, digits, _ and -, and does not begin with a digit"
NO_URL = "the URL does not begin with http:// or https://"
NO_SPACE = "a URL holds no spaces or control characters; write a space as %20"
NO_STATUS = "2 is not a status; write a code such as 204, or a class such as 2xx"
NO_PATH = "this is not a JSONPath: unexpected end of expression; write it like $.status"
BODILESS = "a GET sends no body; set method: POST, or remove this"
ONLY_TLS = "a certificate is watched only over TLS; begin the URL with https://, or remove this"
OURS = "callback_url is where a step awaits its callback; save this under another name"
UNEXPECTED = "the step fails before it sees 404; have it in expect, too"
FOR_WHAT = "until is missing beside it; say what to wait for, or remove this"
WAIT = "step a does not wait for what is posted there; write await_callback: 20s beside http"
HAND = "hand {{callback_url}} to the target in the url, headers, query, form, json or body"
ONLY_REQUESTS = "variables stand only in requests; expect something that holds without them"
UNSAVED = "step a needs {{id}}, which no earlier step saves; known here: token"


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ("steps: []", ": this is empty; write at least one"),
        ("steps: {}", ": this must be a list"),
        ("steps: [https://api.test/]", "[0]: this must be a mapping of keys to values"),
        ("steps: [{}]", "[0]: name is missing; write it"),
    ],
)
def test_steps_are_a_list_of_mappings(refused: Refuse, steps: str, fault: str) -> None:
    assert refused(with_probe(steps))[0] == f"probes.yaml:5: {PROBE}.steps{fault}"


@pytest.mark.parametrize(
    ("step", "place", "problem"),
    [
        ("name: a", "", "http is missing; write it"),
        (f"name: Log in\n{HTTP}", ".name", NO_ID),
        (f"name: login\n{HTTP}", ".name", "two steps are called login; give one another name"),
        ("name: a\nhttp: a.test/health", ".http", NO_URL),
        ("name: a\nhttp: '{token}/x'", ".http", NO_URL),
        ("name: a\nhttp: 'ftp://{{token}}/'", ".http", NO_URL),
        ("name: a\nhttp: '{{token}} x'", ".http", NO_SPACE),
        ("name: a\nhttp: 'https://{{token}}..x/'", ".http", '"1..x" is not a host name or address'),
        ("name: a\nhttp: {url: https://a.test/, body: x}", ".http.body", BODILESS),
        ("name: a\nhttp: {url: https://a.test/, auth: {}}", ".http.auth", "write one of bearer, basic, oauth2"),
        (f"{A}\nexpect: {{status: 2}}", ".expect.status", NO_STATUS),
        ("name: a\nhttp: http://a.test/\nexpect: {certificate_days: 3}", ".expect.certificate_days", ONLY_TLS),
        (f"{A}\ntimeout: 3s", ".timeout", f"unknown key; known here: {KEYS}"),
        (f"{A}\nsave: {{1a: $.a}}", ".save.1a", NO_VARIABLE),
        (f"{A}\nsave: {{a b: $.a}}", '.save["a b"]', NO_VARIABLE),
        (f"{A}\nsave: {{callback_url: $.a}}", ".save.callback_url", OURS),
        (f"{A}\nsave: {{a: $.a.}}", ".save.a", NO_PATH),
        (f"{A}\nsave: {{a: b c}}", ".save.a", "a header's name is made of letters, digits and -"),
        (f"{A}\nsave: {{a: 5}}", ".save.a", "5 is neither a JSONPath such as $.id nor the name of a header"),
        (f"{A}\nalways: yes", ".always", '"yes" is neither true nor false; write one of them'),
        (f"{A}\n{UNTIL}", ".until", "for is missing beside it; say how long to ask, such as for: 30s"),
        (f"{A}\nuntil: {{}}\nfor: 2s", ".until", f"this awaits nothing; write {ANSWER} or headers"),
        (
            f"{A}\nuntil: {{certificate_days: 3}}\nfor: 2s",
            ".until.certificate_days",
            f"unknown key; known here: {ANSWER}, headers",
        ),
        (f"{A}\nuntil: {{status: [200, 404]}}\nexpect: {{status: 2xx}}\nfor: 2s", ".until.status", UNEXPECTED),
        (f"{A}\nuntil: {{status: 404}}\nexpect: {{status: [2xx, 403]}}\nfor: 2s", ".until.status", UNEXPECTED),
        (f"{A}\nuntil: {{status: 2}}\nfor: 2s", ".until.status", NO_STATUS),
        (f"{A}\nuntil: {{status: 200}}\nexpect: {{status: 2}}\nfor: 2s", ".expect.status", NO_STATUS),
        (f"{A}\nexpect: {{json: {{$.token: '{{{{token}}}}'}}}}", '.expect.json["$.token"]', ONLY_REQUESTS),
        (f"{A}\nuntil: {{body: {{contains: 'x{{{{token}}}}'}}}}\nfor: 2s", ".until.body.contains", ONLY_REQUESTS),
        (f"{A}\nfor: 2s", ".for", FOR_WHAT),
        (f"{A}\nevery: 2s", ".every", FOR_WHAT),
        (f"{A}\n{UNTIL}\nevery: 3s\nfor: 2s", ".every", "3s is longer than the 2s of for; make it at most that"),
        (
            f"name: a\nhttp: 'https://a.test/{{{{callback_url}}}}'\n{UNTIL}\nfor: 2s\nawait_callback: 2s",
            ".await_callback",
            "a step waits for one thing; make two steps of until and await_callback",
        ),
        (f"{A}\nawait_callback: 5s", ".await_callback", f"step a tells nobody where to post; {HAND}"),
        ("name: a\nhttp: 'https://a.test/{{callback_url}}'", ".http", WAIT),
        (
            "name: a\nhttp: {url: https://a.test/, headers: {to: '{{ callback_url }}'}}",
            ".http.headers.to",
            WAIT,
        ),
        (
            "name: a\nhttp: 'https://a.test/{{tokn}}'",
            ".http",
            "step a needs {{tokn}}, which no earlier step saves; did you mean token?",
        ),
        (
            "name: a\nhttp: {url: https://a.test/, headers: {authorization: 'Bearer {{id}}'}}",
            ".http.headers.authorization",
            UNSAVED,
        ),
        ("name: a\nhttp: {url: https://a.test/, method: PUT, json: {a: [1, '{{id}}']}}", ".http.json.a[1]", UNSAVED),
        ("name: a\nhttp: {url: https://a.test/, auth: {bearer: '{{ id }}'}}", ".http.auth.bearer", UNSAVED),
        ("name: a\nhttp: 'https://a.test/{{id}}'\nsave: {id: $.id}", ".http", UNSAVED),
    ],
)
def test_a_wrong_step_is_refused(refused: Refuse, step: str, place: str, problem: str) -> None:
    (fault,) = refused(with_steps(LOGIN, step))
    assert fault.split(": ", 2)[1:] == [f"{PROBE}.steps[1]{place}", problem]


def test_the_first_step_knows_no_variable(refused: Refuse) -> None:
    problem = "which no earlier step saves; write save: {id: $.id} into an earlier step"
    assert refused(with_steps("{name: use, http: 'https://api.test/{{id}}'}", LOGIN)) == [
        f"probes.yaml:7: {PROBE}.steps[0].http: step use needs {{{{id}}}}, {problem}"
    ]


@pytest.mark.parametrize(
    ("interval", "steps", "taken", "whole"),
    [
        (
            "29s",
            (LOGIN, LOGIN.replace("login", "use"), LOGIN.replace("login", "go")),
            "30s (10s + 10s + 10s)",
            "30s",
        ),
        ("30s", (LOGIN, HOOK), "40s (10s + 30s)", "40s"),
        ("1m", (LOGIN, f"{{{A}, {UNTIL}, for: 50500ms}}".replace("\n", ", ")), "60500ms (10s + 50500ms)", "60500ms"),
        ("5s", (LOGIN,), "10s", "10s"),
        ("29s", (TOKEN, LOGIN), "30s (20s + 10s)", "30s"),
        ("59s", (f"{{{TOKEN[1:-1]}, {UNTIL}, for: 50s}}",), "1m", "1m"),
    ],
)
def test_all_steps_together_fit_in_the_interval(
    refused: Refuse, interval: str, steps: tuple[str, ...], taken: str, whole: str
) -> None:
    problem = f"the steps may take {taken}, longer than the interval of {interval}"
    assert refused(with_steps(*steps).replace("interval: 1m", f"interval: {interval}")) == [
        f"probes.yaml:6: {PROBE}.steps: {problem}; make it at least {whole}, or give them less"
    ]


def test_the_interval_of_the_defaults_bounds_the_steps_too(refused: Refuse) -> None:
    text = with_probe(f"steps:\n  - {LOGIN}") + "defaults: {interval: 20s, timeout: 25s}\n"
    problem = "the steps may take 25s, longer than the interval of 20s; make it at least 25s, or give them less"
    assert refused(text) == [f"probes.yaml:5: {PROBE}.steps: {problem}"]


def test_steps_are_not_slow_only_when_they_can_be_no_more(refused: Refuse) -> None:
    text = with_steps(LOGIN, HOOK) + "        slow_after: 40s\n"
    problem = "40s is not shorter than the 40s that the steps may take; make it shorter than 40s"
    assert refused(text) == [f"probes.yaml:10: {PROBE}.slow_after: {problem}"]


def test_a_wrong_time_of_a_step_is_the_only_fault_of_it(refused: Refuse) -> None:
    assert refused(with_steps(LOGIN, HOOK.replace("20s", "20")).replace("1m", "9s")) == [
        f"probes.yaml:8: {PROBE}.steps[1].await_callback: 20 has no unit; write 20s"
    ]
