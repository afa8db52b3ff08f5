"""What right steps become."""

from __future__ import annotations

import pytest

from monitor.core.model import SECOND
from monitor.probers.settings import Bearer, Expect, HttpTarget, Poll, Step, Transaction
from tests.monitor.config.texts import Load, with_probe, with_steps

LOGIN = """\
name: login
http: {method: POST, url: https://api.test/login, json: {user: me}}
expect: {status: 201, certificate_days: 3}
save: {token: $.token, next: location}
"""
JOB = """\
name: job
http: {url: "{{next}}?wait={{ token }}", headers: {x-version: 1.10, authorization: "Bearer {{token}}"}}
until: {json: {$.state: done}, headers: {x-part: 1}}
every: 2s
for: 10s
"""
HOOK = """\
name: hook
http: {method: PUT, url: "https://{{host}}:{{port}}/hooks", body: "{{callback_url}}", auth: {bearer: "{{ token }}"}}
await_callback: 20s
always: true
"""


def steps_of(loaded: Load, text: str) -> tuple[Step, ...]:
    target = loaded(text).probes["api/health"].target
    assert isinstance(target, Transaction)
    return target.steps


def test_steps_are_handed_on_in_their_order(loaded: Load) -> None:
    saving = LOGIN.replace("location}", "location, host: x-host, port: '$[\"port\"]'}")
    assert steps_of(loaded, with_steps(saving, JOB, HOOK)) == (
        Step(
            name="login",
            http=HttpTarget(url="https://api.test/login", method="POST", json='{"user": "me"}'),
            expect=Expect(status=("201",), certificate_days=3),
            save={"token": "$.token", "next": "location", "host": "x-host", "port": '$["port"]'},
        ),
        Step(
            name="job",
            http=HttpTarget(
                url="{{next}}?wait={{ token }}",
                headers={"x-version": "1.10", "authorization": "Bearer {{token}}"},
            ),
            expect=Expect(status=()),
            poll=Poll(
                until=Expect(json={"$.state": "done"}, headers={"x-part": "1"}), every=2 * SECOND, longest=10 * SECOND
            ),
        ),
        Step(
            name="hook",
            http=HttpTarget(
                url="https://{{host}}:{{port}}/hooks",
                method="PUT",
                body="{{callback_url}}",
                auth=Bearer("{{ token }}"),
            ),
            await_callback=20 * SECOND,
            always=True,
        ),
    )


def test_what_holds_for_a_run_of_steps_is_said_once(loaded: Load) -> None:
    probe = (
        with_steps(LOGIN) + "        expect: {certificate_days: 14}\n        slow_after: 9s\n        timeout: 20s\n"
    )
    settings = loaded(probe).probes["api/health"]
    assert (settings.timeout, settings.slow_after) == (20 * SECOND, 9 * SECOND)
    assert settings.expect == Expect(certificate_days=14)


@pytest.mark.parametrize(
    ("longest", "every"), [("for: 10s", 1000), ("for: 500ms", 500), ("for: 2s\nevery: 2s", 2000)]
)
def test_a_poll_asks_once_a_second_unless_something_else_is_said(loaded: Load, longest: str, every: int) -> None:
    step = f"name: job\nhttp: https://api.test/\nuntil: {{json: {{$.done: true}}}}\n{longest}"
    (built,) = steps_of(loaded, with_steps(step))
    assert built.poll is not None
    assert built.poll.every == every


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ("until: {status: 200}, for: 1s", ()),
        ("until: {status: 404}, for: 1s", ()),
        ("until: {json: {$.done: true}}, for: 1s, expect: {headers: {a: b}}", ()),
        ("until: {status: 200}, for: 1s, expect: {status: 2xx}", ("2xx",)),
        ("expect: {headers: {a: b}}", ("2xx",)),
    ],
)
def test_while_a_step_asks_again_only_a_status_that_is_written_down_is_expected(
    loaded: Load, keys: str, status: tuple[str, ...]
) -> None:
    (built,) = steps_of(loaded, with_steps(f"{{name: a, http: https://api.test/, {keys}}}"))
    assert built.expect.status == status


@pytest.mark.parametrize(
    ("until", "expect"),
    [("202", "2xx"), ("2xx", "2xx"), ("[200, 404]", "[2xx, 404]"), ("404", "[200, 4xx]"), ("404", "[200, 404]")],
)
def test_a_status_is_awaited_among_those_that_are_expected(loaded: Load, until: str, expect: str) -> None:
    step = f"{{name: a, http: https://api.test/, expect: {{status: {expect}}}, until: {{status: {until}}}, for: 1s}}"
    assert steps_of(loaded, with_steps(step))


@pytest.mark.parametrize(
    "step",
    [
        "http: {url: 'https://api.test/{{id}}'}",
        "http: {url: '{{id}}'}",
        "http: '{{id}}/and/more'",
        "http: {url: https://api.test/, query: {a: '{{id}}'}}",
        "http: {url: https://api.test/, method: POST, form: {a: '{{id}}'}}",
        "http: {url: https://api.test/, method: POST, json: [{a: '{{id}}'}]}",
        "http: {url: https://api.test/, method: POST, body: '{{id}} and {{ id }}'}",
        "http: {url: https://api.test/, auth: {basic: {username: '{{id}}', password: 'x{{id}}'}}}",
    ],
)
def test_a_variable_may_stand_in_any_text_of_a_request(loaded: Load, step: str) -> None:
    assert steps_of(loaded, with_steps("{name: a, http: https://api.test/, save: {id: $.id}}", f"name: b\n{step}"))


def test_a_url_that_is_not_known_yet_may_be_one_with_a_certificate(loaded: Load) -> None:
    step = "{name: b, http: '{{next}}', expect: {certificate_days: 3}}"
    text = with_steps("{name: a, http: http://api.test/, save: {next: location}}", step)
    assert steps_of(loaded, text + "        expect: {certificate_days: 3}\n")[1].expect.certificate_days == 3


def test_steps_may_take_all_of_the_interval(loaded: Load) -> None:
    hook = HOOK.replace("{{host}}:{{port}}", "api.test").replace(', auth: {bearer: "{{ token }}"}', "")
    assert len(steps_of(loaded, with_steps(LOGIN, JOB, hook).replace("1m", "50s"))) == 3


def test_a_run_of_steps_may_be_slow_only_after_the_timeout_of_one(loaded: Load) -> None:
    config = loaded(with_steps(LOGIN, JOB) + "        slow_after: 19s\n")
    assert config.probes["api/health"].slow_after == 19 * SECOND


def test_braces_of_a_request_that_is_no_step_are_text(loaded: Load) -> None:
    target = loaded(with_probe("http: {url: 'https://api.test/', query: {a: '{{b}}'}}")).probes["api/health"].target
    assert isinstance(target, HttpTarget)
    assert target.query == {"a": "{{b}}"}
