"""Files for TLS: how they are found, and a row per fault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trustme

from monitor.probers.settings import Trust
from tests.monitor.config.texts import Load, Refuse, request_of, with_probe, with_request

TLS = "components.api.probes.health.http.tls"
DAMAGED = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
LOCKED = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of PEM files beside the config, right and wrong ones."""
    folder = tmp_path / "tls"
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    ours, theirs = authority.issue_cert("us.test"), authority.issue_cert("them.test")
    ours.cert_chain_pems[0].write_to_path(folder / "us.pem")
    ours.private_key_pem.write_to_path(folder / "us.key")
    ours.private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
    theirs.private_key_pem.write_to_path(folder / "them.key")
    (folder / "text").write_text("hello\n")
    (folder / "damaged.pem").write_text(DAMAGED)
    (folder / "locked.key").write_text(LOCKED)
    (folder / "huge.pem").write_bytes(b"x" * (1024 * 1024 + 1))
    (folder / "binary").write_bytes(b"\xff")
    os.mkfifo(folder / "pipe")
    return folder


def test_files_are_looked_for_beside_the_config(loaded: Load, files: Path) -> None:
    tls = "{ca_file: tls/ca.pem, certificate_file: '${DIR}/us.pem', key_file: " + f"{files}/us.key}}"
    target = request_of(loaded(with_request(f"tls: {tls}"), {"DIR": "tls"}))
    assert target.trust == Trust(f"{files}/ca.pem", f"{files}/us.pem", f"{files}/us.key")


def test_a_key_may_stand_in_the_file_of_its_certificate(loaded: Load, files: Path) -> None:
    target = request_of(loaded(with_request("tls: {certificate_file: tls/both.pem}")))
    assert target.trust == Trust(certificate_file=f"{files}/both.pem")


@pytest.mark.parametrize(
    "asked",
    [
        "tls: {address: 'api.test:443', tls: {ca_file: tls/ca.pem}}",
        "websocket: {url: 'wss://api.test/', tls: {ca_file: tls/ca.pem}}",
        "grpc: {address: 'api.test:443', tls: {ca_file: tls/ca.pem}}",
        "tcp: {address: 'api.test:25', dialogue: [{starttls: true}], tls: {ca_file: tls/ca.pem}}",
    ],
)
def test_whatever_speaks_tls_may_trust_somebody_else(loaded: Load, files: Path, asked: str) -> None:
    target = loaded(with_probe(asked)).probes["api/health"].target
    assert getattr(target, "trust", None) == Trust(ca_file=f"{files}/ca.pem")


def test_the_files_are_for_the_token_endpoint_too(loaded: Load, files: Path) -> None:
    oauth2 = "{token_url: https://auth.test/, client_id: me, client_secret: hush}"
    text = with_request(f"auth: {{oauth2: {oauth2}}}\ntls: {{ca_file: tls/ca.pem}}")
    assert request_of(loaded(text.replace("https://api.test/", "http://api.test/"))).trust.ca_file


@pytest.mark.parametrize(
    ("tls", "fault"),
    [
        ("ca.pem", ": this must be a mapping of keys to values"),
        ("{cafile: tls/ca.pem}", ".cafile: unknown key; did you mean ca_file?"),
        ("{ca_file: [a]}", ".ca_file: this must be text"),
        ("{ca_file: gone}", ".ca_file: {}/gone cannot be read: No such file or directory"),
        ("{ca_file: tls}", ".ca_file: {}/tls is not a regular file"),
        ("{ca_file: tls/pipe}", ".ca_file: {}/tls/pipe is not a regular file"),
        ("{ca_file: tls/huge.pem}", ".ca_file: {}/tls/huge.pem is larger than 1024 KiB, which is the limit"),
        ("{ca_file: tls/binary}", ".ca_file: {}/tls/binary is not UTF-8 text"),
        ("{ca_file: tls/text}", ".ca_file: {}/tls/text holds no certificate in PEM; name a file that does"),
        ("{ca_file: tls/us.key}", ".ca_file: {}/tls/us.key holds no certificate in PEM; name a file that does"),
        ("{ca_file: tls/damaged.pem}", ".ca_file: OpenSSL refuses {}/tls/damaged.pem: it is damaged; write another"),
        ('{ca_file: "a\\0"}', ".ca_file: the path holds a null character"),
        (
            "{certificate_file: tls/us.pem}",
            ".certificate_file: {}/tls/us.pem holds no private key in PEM; name a file that does as key_file",
        ),
        (
            "{certificate_file: tls/us.pem, key_file: tls/text}",
            ".key_file: {}/tls/text holds no private key in PEM; name a file that does as key_file",
        ),
        (
            "{certificate_file: tls/us.key, key_file: tls/us.key}",
            ".certificate_file: {}/tls/us.key holds no certificate in PEM; name a file that does",
        ),
        (
            "{certificate_file: tls/us.pem, key_file: tls/locked.key}",
            ".key_file: the key in {}/tls/locked.key is encrypted; write it without a passphrase",
        ),
        (
            "{certificate_file: tls/us.pem, key_file: tls/them.key}",
            ".certificate_file: OpenSSL refuses {}/tls/us.pem: key values mismatch; write another",
        ),
        ("{key_file: tls/us.key}", ".key_file: certificate_file is missing beside it; write both"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    refused: Refuse, files: Path, tmp_path: Path, tls: str, fault: str
) -> None:
    assert files.is_dir()
    assert refused(with_request(f"tls: {tls}")) == [f"probes.yaml:7: {TLS}{fault.replace('{}', str(tmp_path))}"]


@pytest.mark.parametrize(
    ("asked", "place", "remedy"),
    [
        ("http: {url: http://api.test/, tls: {ca_file: tls/ca.pem}}", "http", "begin the URL with https://"),
        ("websocket: {url: ws://api.test/, tls: {ca_file: tls/ca.pem}}", "websocket", "begin the URL with wss://"),
        ("tcp: {address: 'a:1', tls: {ca_file: tls/ca.pem}}", "tcp", "have {starttls: true} in a dialogue"),
        (
            "steps: [{name: a, http: {url: http://api.test/, tls: {ca_file: tls/ca.pem}}}]",
            "steps[0].http",
            "begin the URL with https://",
        ),
    ],
)
def test_there_is_nobody_to_trust_where_nothing_is_encrypted(
    refused: Refuse, asked: str, place: str, remedy: str
) -> None:
    problem = f"nothing is encrypted here; {remedy}, or remove this"
    assert refused(with_probe(asked)) == [f"probes.yaml:5: components.api.probes.health.{place}.tls: {problem}"]


def test_a_file_that_many_probes_name_is_refused_for_each(refused: Refuse) -> None:
    probe = "http: {url: https://api.test/, tls: {ca_file: gone}}"
    faults = refused(with_probe(probe) + f"      ready: {{{probe}}}\n")
    assert [fault.split(": ")[1] for fault in faults] == [
        f"{TLS}.ca_file",
        f"{TLS.replace('health', 'ready')}.ca_file",
    ]
