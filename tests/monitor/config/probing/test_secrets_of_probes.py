"""What of a probe a config holds secret, beside what any request does."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.redaction import Redactor
from tests.monitor.config.texts import Load, with_probe, with_request, with_steps

OAUTH2 = "token_url: 'https://auth.test/token', client_id: 'm e'"


@pytest.mark.parametrize(
    ("request_", "secrets"),
    [
        ("auth: {bearer: abc123}", ("abc123",)),
        ("auth: {basic: {username: me, password: hush}}", ("hush", "me:hush")),
        (f"auth: {{oauth2: {{{OAUTH2}, client_secret: 'hu sh'}}}}", ("hu sh", "m+e:hu+sh")),
        (
            f"auth: {{oauth2: {{{OAUTH2.replace('auth.test', 'a:b123@auth.test')}, client_secret: hush}}}}",
            ("a:b123", "b123", "hush", "m+e:hush"),
        ),
        ("proxy: http://me:hush@proxy.test:3128", ("me:hush", "hush")),
        ("proxy: http://proxy.test:3128", ()),
        ("tls: {}", ()),
    ],
)
def test_what_proves_who_asks_is_secret(loaded: Load, request_: str, secrets: tuple[str, ...]) -> None:
    assert loaded(with_request(request_)).secrets == secrets


@pytest.mark.parametrize(
    ("asked", "secrets"),
    [
        ("websocket: wss://me:hush@api.test/?token=abc123", ("me:hush", "hush", "abc123")),
        (
            "websocket: {url: 'wss://api.test/', headers: {authorization: Bearer abc123, x-token: def}, send: abc}",
            ("Bearer abc123", "abc123", "def"),
        ),
        ("tcp: {address: 'api.test:25', send: password}", ()),
    ],
)
def test_other_kinds_have_secrets_where_requests_have_them(
    loaded: Load, asked: str, secrets: tuple[str, ...]
) -> None:
    assert loaded(with_probe(asked)).secrets == secrets


def test_every_step_has_its_secrets(loaded: Load) -> None:
    config = loaded(
        with_steps(
            "{name: a, http: {url: 'https://me:hush@a.test/', headers: {x-api-key: abc123}}, save: {token: $.token}}",
            "{name: b, http: {url: https://b.test/, method: POST, form: {client_secret: def456}}}",
            "{name: c, http: {url: https://c.test/, method: POST, json: {password: ghi789}, auth: {bearer: jkl}}}",
        )
    )
    assert config.secrets == ("me:hush", "hush", "abc123", "def456", "ghi789", "jkl")


def test_what_a_step_does_not_know_yet_is_no_secret(loaded: Load) -> None:
    step = "{name: b, http: {url: https://b.test/, headers: {authorization: 'Bearer {{token}}'}}}"
    assert loaded(with_steps("{name: a, http: https://a.test/, save: {token: $.token}}", step)).secrets == ()


def test_braces_outside_of_steps_keep_a_secret_a_secret(loaded: Load) -> None:
    assert loaded(with_request("auth: {bearer: 'abc{{def}}'}")).secrets == ("abc{{def}}",)


@pytest.mark.parametrize(
    "asked",
    [
        "http: {url: https://api.test/, auth: {bearer_file: secret}}",
        "http: {url: https://api.test/, auth: {basic: {username: me, password_file: secret}}}",
        f"http: {{url: https://api.test/, auth: {{oauth2: {{{OAUTH2}, client_secret_file: secret}}}}}}",
        "websocket: {url: 'wss://api.test/', headers: {x_file: secret}}",
        "steps: [{name: a, http: {url: https://api.test/, auth: {bearer_file: secret}}}]",
        "steps: [{name: a, http: {url: https://api.test/, headers: {x_file: secret}}}]",
        "steps: [{name: a, http: {url: https://api.test/, method: PUT, body_file: secret}}]",
    ],
)
def test_a_secret_of_a_probe_may_stand_in_a_file(loaded: Load, tmp_path: Path, asked: str) -> None:
    (tmp_path / "secret").write_text("0123\n")
    config = loaded(with_probe(asked))
    assert config.secrets[0] == "0123"
    assert "'0123'" in repr(config.probes["api/health"].target)


def test_no_evidence_shows_a_password_in_base64(loaded: Load) -> None:
    redact = Redactor(loaded(with_request("auth: {basic: {username: me, password: hush}}")).secrets)
    assert redact("authorization: Basic bWU6aHVzaA==") == "authorization: Basic [redacted]"
