"""One mail to servers that behave in one exact way."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from exporter.webhooks.formats import mail as format_
from exporter.webhooks.formats.message import Message
from exporter.webhooks.mailing import LIMIT, mail
from exporter.webhooks.post import OwnTrouble
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS
from tests.exporter.webhooks.mailservers import MailServer, listening
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.servers import closed_port, hang, raw_server, say_and_hang

ONCALL, TEAM, ARCHIVE = "oncall@justkalm.example", "team@justkalm.example", "archive@justkalm.example"
LOGIN = (b"monitor@justkalm.example", "p:a/s@s?w#o%rd é".encode())
SETTINGS = format_.Settings(
    host="127.0.0.1",
    port=0,
    security="none",
    username="",
    password="",
    sender="monitor@justkalm.example",
    to=(ONCALL, TEAM),
)


def letter(port: int, occasion: str = "created", **changes: object) -> Message:
    settings = replace(SETTINGS, port=port, **changes)  # type: ignore[arg-type]
    return format_.message(settings, EVERY[occasion])


def logged_in(port: int, security: str) -> Message:
    username, password = (word.decode() for word in LOGIN)
    return letter(port, security=security, username=username, password=password)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Of a server with a certificate by an authority that we trust."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def untrusted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


async def came_to(message: Message, *, limit: float = LIMIT) -> tuple[int | None, str]:
    """Status and excerpt; and nothing is left of the connection."""
    answer = await mail(message, limit=limit)
    await asyncio.sleep(0)
    return answer.status, answer.excerpt


# ── mails that are taken ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("occasion", OCCASIONS)
async def test_a_mail_arrives_as_it_was_written(occasion: str) -> None:
    async with listening(MailServer()) as server:
        sent = letter(server.port, occasion)
        assert await came_to(sent) == (250, "taken")
    ((sender, recipients, read),) = server.got
    assert (sender, recipients) == ("monitor@justkalm.example", [ONCALL, TEAM])
    assert read.as_bytes().splitlines() == sent.body.splitlines()


async def test_whatever_is_said_a_server_takes_it_and_tells_nobody_else() -> None:
    async with listening(MailServer()) as server:
        answers = {name: await mail(letter(server.port, name)) for name in EVERY}
    assert {name: answer.excerpt for name, answer in answers.items() if answer.status != 250} == {}
    assert all(recipients == [ONCALL, TEAM] for _, recipients, _ in server.got)
    assert not any("Bcc" in read for _, _, read in server.got)


async def test_a_mail_goes_over_tls_after_a_login(tls: ssl.SSLContext) -> None:
    async with listening(MailServer(login=LOGIN), starttls=tls) as server:
        assert await came_to(logged_in(server.port, "starttls")) == (250, "taken")
    assert len(server.got) == 1


async def test_a_mail_goes_over_tls_from_the_first_byte(tls: ssl.SSLContext) -> None:
    async with listening(MailServer(), tls=tls) as server:
        assert await came_to(letter(server.port, security="tls")) == (250, "taken")
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("refused", "status", "excerpt", "logged"),
    [
        (
            {ONCALL: "550 no such user"},
            250,
            "1 of 3 recipients are refused (550)",
            "1 of 3 recipients of a mail are refused: oncall@justkalm.example (550)",
        ),
        (
            {ONCALL: "450 come back"},
            None,
            "1 of 3 recipients are refused (450)",
            "1 of 3 recipients of a mail are refused: oncall@justkalm.example (450)",
        ),
        (
            {ONCALL: "550 no such user", TEAM: "451 later"},
            None,
            "2 of 3 recipients are refused (451, 550)",
            "2 of 3 recipients of a mail are refused: oncall@justkalm.example (550), team@justkalm.example (451)",
        ),
    ],
    ids=["for-good", "for-now", "both"],
)
async def test_refused_beside_others_is_logged_and_for_now_is_not_delivered(
    refused: dict[str, str], status: int | None, excerpt: str, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(MailServer(refused)) as server:
        assert await came_to(letter(server.port, to=(ONCALL, TEAM, ARCHIVE))) == (status, excerpt)
    assert caplog.messages == [logged]
    ((_, told, _),) = server.got
    assert told == [address for address in (ONCALL, TEAM, ARCHIVE) if address not in refused]


async def test_a_mail_that_was_taken_stays_so_however_the_connection_ends() -> None:
    replies = [b"250 OK\r\n"] * 3 + [b"354 go on\r\n", b"250 taken\r\n"]  # EHLO, MAIL, RCPT, DATA, the mail

    def take_and_hang(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example\r\n")
        for reply in replies:
            seen = connection.recv(65_536)
            while reply == replies[-1] and not seen.endswith(b"\r\n.\r\n"):
                seen += connection.recv(65_536)
            connection.sendall(reply)
        hang(connection)

    with raw_server(take_and_hang) as server:
        assert await came_to(letter(server.port, to=(ONCALL,)), limit=0.9) == (250, "taken")


# ── mails that are not ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("told", "status", "excerpt"),
    [
        (MailServer({ONCALL: "550 no such user", TEAM: "451 later"}), None, "every recipient is refused (451, 550)"),
        (MailServer(answer="451 later"), None, "the mail is refused (451)"),
        (MailServer(answer="554 this is spam"), 554, "the mail is refused (554)"),
    ],
    ids=["recipients", "for-now", "for-good"],
)
async def test_a_refusal_is_told_by_its_code(told: MailServer, status: int | None, excerpt: str) -> None:
    async with listening(told) as server:
        assert await came_to(letter(server.port)) == (status, excerpt)
    assert server.got == []


async def test_a_refused_login_is_told_without_it(tls: ssl.SSLContext) -> None:
    async with listening(MailServer(login=(b"monitor@justkalm.example", b"another")), starttls=tls) as server:
        came = await came_to(logged_in(server.port, "starttls"))
    assert came == (None, "the server does not accept the login (535)")


@pytest.mark.parametrize(("security", "login"), [("starttls", ""), ("none", "monitor")])
async def test_a_server_that_offers_less_than_is_asked_gets_neither_mail_nor_password(
    security: str, login: str
) -> None:
    async with listening(MailServer()) as server:
        came = await came_to(letter(server.port, security=security, username=login, password=login))
    assert came == (None, "the server offers no STARTTLS, or no login that we know")
    assert server.got == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_nobody_vouches_for_is_not_trusted(security: str) -> None:
    how = {"starttls": untrusted()} if security == "starttls" else {"tls": untrusted()}
    async with listening(MailServer(), **how) as server:
        came = await came_to(letter(server.port, security=security))
    assert came == (None, "the certificate is not trusted")


async def test_a_server_that_speaks_no_tls_gets_no_mail() -> None:
    async with listening(MailServer()) as server:
        came = await came_to(letter(server.port, security="tls"))
    assert came == (None, "the TLS handshake failed")


async def test_a_refused_connection_is_told() -> None:
    with closed_port() as server:
        assert await came_to(letter(server.port)) == (None, "no connection")


async def test_a_name_that_does_not_resolve_is_told() -> None:
    assert await came_to(letter(25, host="nowhere.invalid")) == (None, "the name does not resolve")


async def test_a_connection_that_breaks_is_told() -> None:
    with raw_server(lambda connection: connection.sendall(b"220 mail.example\r\n")) as server:
        assert await came_to(letter(server.port)) == (None, "the connection broke")


async def test_a_server_that_turns_us_away_is_told_by_its_code() -> None:
    with raw_server(say_and_hang(b"554 not you\r\n")) as server:
        assert await came_to(letter(server.port)) == (None, "the server does not serve us (554)")


@pytest.mark.parametrize("words", [b"", b"220 mail.example\r\n"])
async def test_a_server_that_hangs_costs_no_more_than_the_limit(words: bytes) -> None:
    with raw_server(say_and_hang(words)) as server:
        assert await came_to(letter(server.port), limit=0.3) == (None, "not taken within 0.3 s")


async def test_what_we_lack_ourselves_is_not_held_against_the_server() -> None:
    with closed_port() as server, no_descriptors_left(), pytest.raises(OwnTrouble, match="EMFILE"):
        await mail(letter(server.port))


def test_neither_way_costs_anything_before_it_is_taken() -> None:
    program = "import sys, exporter.webhooks.sending; print({'aiosmtplib', 'apprise'} & sys.modules.keys() or 'none')"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "none\n"
