"""What a config holds secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitor.config.texts import RIGHT, Load, Refuse, request_of, with_probe_settings, with_request


@pytest.mark.parametrize(
    ("request_", "secrets"),
    [
        ("headers: {Authorization: Bearer abc123}", ("Bearer abc123", "abc123")),
        ("headers: {cookie: session=abc}", ("session=abc",)),
        ("headers: {X-Api-Key: abc123}", ("abc123",)),
        ("headers: {x-my-token: abc123, accept: text/html}", ("abc123",)),
        ("query: {apikey: abc123, page: 2}", ("abc123",)),
        ("form: {grant_type: client_credentials, token_type: Bearer, client_secret: s3cret}", ("s3cret",)),
        ("json: {user: me, login: [{password: [s3cret, 12345]}], secret: true}", ("s3cret", "12345")),
        ("json: {credentials: {user: me}}", ("me",)),
        ("body: the password is s3cret", ()),
    ],
)
def test_what_stands_under_a_telling_name_is_secret(loaded: Load, request_: str, secrets: tuple[str, ...]) -> None:
    assert loaded(with_request(f"method: POST\n{request_}")).secrets == secrets


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://me:p%40ss@api.test/", ("me:p%40ss", "me:p@ss", "p@ss")),
        ("https://ghp_123@api.test/", ("ghp_123",)),
        ("https://api.test/?access_token=abc&page=2", ("abc",)),
    ],
)
def test_credentials_in_a_url_are_secret(loaded: Load, url: str, secrets: tuple[str, ...]) -> None:
    assert loaded(RIGHT.replace("https://api.test/", url)).secrets == secrets


def test_a_variable_with_a_telling_name_is_secret(loaded: Load) -> None:
    environ = {"DB_PASSWORD": "s3cret", "USER": "me"}
    config = loaded(with_request('method: POST\nbody: "${DB_PASSWORD} of ${USER}"'), environ)
    assert config.secrets == ("s3cret",)


def test_secrets_are_read_from_files_beside_the_config(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "api").write_text("s3cret ${N}\r\n\n")
    (tmp_path / "body").write_bytes("grüezi\n".encode())
    target = loaded(with_request("method: POST\nheaders: {x_file: keys/api}\nform: {}"))
    assert request_of(target).headers == {"x": "s3cret ${N}"}
    assert target.secrets == ("s3cret ${N}",)
    read = loaded(with_request("method: POST\nbody_file: ${DIR}/body"), {"DIR": "."})
    assert request_of(read).body == "grüezi"


def test_an_authorization_from_a_file_is_secret_without_its_scheme_too(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("Bearer abc123\n")
    assert loaded(with_request("headers: {authorization_file: token}")).secrets == ("Bearer abc123", "abc123")


def test_only_requests_know_secret_files(loaded: Load, refused: Refuse) -> None:
    assert loaded(with_probe_settings("expect: {headers: {x_file: a}}")).probes["api/health"].expect.headers == {
        "x_file": "a"
    }
    assert refused(with_request("method_file: a")) == [
        "probes.yaml:7: components.api.probes.health.http.method_file: unknown key; did you mean method?"
    ]


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        ("headers: {x_file: gone}", "headers.x: gone cannot be read: No such file or directory"),
        ("headers: {x_file: .}", "headers.x: . is not a regular file"),
        ("headers: {x_file: empty}", "headers.x: empty is empty; write the secret into it"),
        ("headers: {x_file: binary}", "headers.x: binary is not UTF-8 text"),
        ("headers: {x_file: huge}", "headers.x: huge is larger than 16 KiB, which is the limit"),
        (
            "headers: {x_file: lines}",
            "headers.x: a header's value holds no line break or control character; remove it",
        ),
        ("headers: {x_file: [empty]}", "headers.x: this must be the path of a file"),
        ("headers: {x_file: }", "headers.x_file: this is empty; write a value, or leave the key out"),
        ('headers: {x_file: "a\\0"}', "headers.x: the path holds a null character"),
        ("headers: {x_file: empty, x: a}", "headers.x_file: x is given as well; keep one of the two"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_refused(
    refused: Refuse, tmp_path: Path, request_: str, fault: str
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "huge").write_bytes(b"x" * (16 * 1024 + 1))
    (tmp_path / "lines").write_text("a\nb")
    assert refused(with_request(request_)) == [f"probes.yaml:7: components.api.probes.health.http.{fault}"]


def test_no_fault_shows_a_secret(refused: Refuse) -> None:
    settings = 'method: ${API_TOKEN}\nheaders: {authorization: "Bearer s3cret\\r\\n"}\nmax_body: ${API_TOKEN}'
    faults = refused(with_request(settings), {"API_TOKEN": "t0k3n" * 100})
    assert len(faults) == 3
    assert not any("s3cret" in fault or "t0k3n" in fault for fault in faults)
