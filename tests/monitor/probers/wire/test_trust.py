"""Whom a probe trusts, and how it proves who we are."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from monitor.core.model import Reason, Verdict
from monitor.probers.settings import OAuth2, Trust
from monitor.probers.wire.contexts import Contexts
from monitor.probers.wire.trust import UnusableTrust
from tests.monitor.probers.asking import ask, probers, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import Handler, answer, http_server, raw_server, read_request


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def mutual(authority: Authority, ends: timedelta = timedelta(days=1), newest: int | None = None) -> Handler:
    """A server that talks only to whom the authority certified."""
    context = authority.server(ends=ends)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.cafile)
    if newest is not None:
        context.maximum_version = ssl.TLSVersion(newest)

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            read_request(talk)
            talk.sendall(answer())

    return handler


def ours(authority: Authority, directory: Path) -> Trust:
    authority.server("monitor.test")  # writes its files
    mine = directory / "mine.pem"
    (directory / "server.pem").rename(mine)
    return Trust(ca_file=str(authority.cafile), certificate_file=str(mine))


async def test_an_authority_of_its_own_is_trusted_by_the_probe_that_names_it_and_by_no_other(
    authority: Authority,
) -> None:
    trust = Trust(ca_file=str(authority.cafile))
    with http_server(answer(), context=authority.server()) as server:
        url = f"https://localhost:{server.port}/"
        async with probers() as shared:
            results = [await shared.prober(settings(url, trust=own)).run() for own in (trust, Trust())]
    assert [(result.verdict, result.reason) for result in results] == [
        (Verdict.PASS, None),
        (Verdict.FAIL, Reason.TLS_UNTRUSTED),
    ]


async def test_an_authority_of_its_own_takes_the_place_of_all_others(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    usual, own = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    with http_server(answer(), context=usual.server()) as server:
        probe = settings(f"https://localhost:{server.port}/", trust=Trust(ca_file=str(own.cafile)))
        result = await ask(probe, cafile=usual.cafile)
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TLS_UNTRUSTED)
    assert result.detail.endswith("(CN=localhost)")


async def test_a_certificate_of_ours_is_shown_to_who_asks_for_it(authority: Authority, tmp_path: Path) -> None:
    trust = ours(authority, tmp_path)
    with raw_server(mutual(authority)) as server:
        result = await ask(settings(f"https://localhost:{server.port}/", trust=trust))
    assert (result.verdict, result.detail) == (Verdict.PASS, "")


async def test_a_key_may_be_in_a_file_of_its_own(authority: Authority, tmp_path: Path) -> None:
    both = Path(ours(authority, tmp_path).certificate_file or "").read_text()
    begin = both.index("-----BEGIN PRIVATE KEY-----")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(both[:begin])
    key.write_text(both[begin:])
    trust = Trust(ca_file=str(authority.cafile), certificate_file=str(certificate), key_file=str(key))
    with raw_server(mutual(authority)) as server:
        result = await ask(settings(f"https://localhost:{server.port}/", trust=trust))
    assert result.verdict is Verdict.PASS


async def test_an_expired_certificate_is_shown_also_by_a_server_that_asks_for_ours(
    authority: Authority, tmp_path: Path
) -> None:
    trust = ours(authority, tmp_path)
    expired = timedelta(days=-3, hours=-1)
    with raw_server(mutual(authority, expired, ssl.TLSVersion.TLSv1_2)) as server:
        result = await ask(settings(f"https://localhost:{server.port}/", trust=trust))
    assert (result.reason, result.detail) == (Reason.TLS_EXPIRED, "certificate expired 3 days ago (CN=localhost)")


async def test_a_token_endpoint_is_trusted_as_its_target(authority: Authority) -> None:
    trust = Trust(ca_file=str(authority.cafile))
    granted = answer(200, b'{"access_token": "x"}')
    with http_server(granted, context=authority.server()) as endpoint, http_server(answer()) as server:
        auth = OAuth2(token_url=f"https://localhost:{endpoint.port}/", client_id="me", client_secret="word")
        trusting = await ask(settings(server.url, auth=auth, trust=trust))
        doubting = await ask(settings(server.url, auth=auth))
    assert trusting.verdict is Verdict.PASS
    assert (doubting.reason, doubting.certificate_expires) == (Reason.AUTH, None)
    assert doubting.detail == (
        "the token endpoint: certificate not trusted: unable to get local issuer certificate (CN=localhost)"
    )


def test_a_context_is_made_once_for_each_distinct_trust(authority: Authority) -> None:
    trust = Trust(ca_file=str(authority.cafile))
    contexts = Contexts(None)
    assert contexts.context(trust) is contexts.context(Trust(ca_file=str(authority.cafile)))
    assert contexts.context(trust) is not contexts.context(Trust())
    assert contexts.context(trust) is not contexts.context(trust, http=False)


async def test_an_authority_that_is_renewed_is_trusted_from_the_next_run_on(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old, new = Authority(tmp_path / "old"), Authority(tmp_path / "new")
    with http_server(answer(), context=new.server()) as server:
        async with probers() as shared:
            trust = Trust(ca_file=str(old.cafile))
            prober = shared.prober(settings(f"https://localhost:{server.port}/", trust=trust))
            before = await prober.run()
            new.cafile.rename(old.cafile)
            after = await prober.run()
    assert (before.reason, after.verdict) == (Reason.TLS_UNTRUSTED, Verdict.PASS)


async def test_a_certificate_of_ours_that_is_renewed_is_shown_from_the_next_run_on(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old, authority = Authority(tmp_path / "old"), Authority(tmp_path)
    mine = Path(ours(old, tmp_path / "old").certificate_file or "")
    trust = Trust(ca_file=str(authority.cafile), certificate_file=str(mine))
    with raw_server(mutual(authority)) as server:
        async with probers() as shared:
            prober = shared.prober(settings(f"https://localhost:{server.port}/", trust=trust))
            before = await prober.run()
            Path(ours(authority, tmp_path).certificate_file or "").rename(mine)
            after = await prober.run()
    assert (before.verdict, after.verdict) == (Verdict.FAIL, Verdict.PASS)


def test_files_that_can_be_used_no_more_leave_what_there_was_until_they_can(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    trust, contexts, content = Trust(ca_file=str(authority.cafile)), Contexts(None), authority.cafile.read_text()
    before = contexts.context(trust)
    authority.cafile.write_text("half a certificate")
    assert [contexts.context(trust) for _ in range(2)] == [before, before]
    authority.cafile.unlink()
    assert contexts.context(trust) is before
    authority.cafile.write_text(content)
    assert contexts.context(trust) is not before
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


@pytest.mark.parametrize("missing", ["ca_file", "certificate_file"])
async def test_a_file_that_is_missing_is_named(authority: Authority, tmp_path: Path, missing: str) -> None:
    names = {"ca_file": str(authority.cafile), missing: str(tmp_path / "nowhere.pem")}
    async with probers() as shared:
        with pytest.raises(UnusableTrust, match=r"nowhere\.pem cannot be used: no such file or directory$"):
            shared.prober(settings("https://api.test/", trust=Trust(**names)))


async def test_a_file_that_holds_something_else_is_named(authority: Authority, tmp_path: Path) -> None:
    noise = tmp_path / "noise.pem"
    noise.write_text("no certificate")
    async with probers() as shared:
        with pytest.raises(UnusableTrust, match=r"the authorities in .*noise\.pem cannot be used: "):
            shared.prober(settings("https://api.test/", trust=Trust(ca_file=str(noise))))
        with pytest.raises(UnusableTrust, match=r"the certificate of ours in .*authority\.pem cannot be used: "):
            shared.prober(settings("https://api.test/", trust=Trust(certificate_file=str(authority.cafile))))


async def test_a_key_with_a_password_is_refused_without_asking_for_it(authority: Authority, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    locked.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")))
    mine = ours(authority, tmp_path)
    trust = Trust(certificate_file=mine.certificate_file, key_file=str(locked))
    async with probers() as shared:
        with pytest.raises(UnusableTrust, match=r"locked\.pem cannot be used: "):
            shared.prober(settings("https://api.test/", trust=trust))
