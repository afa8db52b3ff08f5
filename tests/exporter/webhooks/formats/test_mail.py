"""Mails, read back with Python's own parser."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import pytest

from exporter.webhooks.formats import mail
from exporter.webhooks.formats.message import Notice
from tests.exporter.webhooks.formats.goldens import EXAMPLES, message
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS, of_postmortem, saying

SETTINGS = mail.Settings(**EXAMPLES["email"])  # type: ignore[arg-type]
INCIDENT = "<inc_0123456789abcdef@justkalm.example>"
HEADERS = [
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]


def raw(notice: Notice) -> bytes:
    sent = message("email", notice)
    assert sent is not None
    return sent.body


def read(notice: Notice) -> EmailMessage:
    return message_from_bytes(raw(notice), _class=EmailMessage, policy=policy.default)


def text(notice: Notice) -> str:
    content: str = read(notice).get_content()
    return content.replace("\r\n", "\n")


@pytest.mark.parametrize("name", EVERY)
def test_whatever_is_said_only_our_headers_come_of_it(name: str) -> None:
    parsed = read(EVERY[name])
    threaded = "status_changed" not in name
    assert parsed.keys() == [header for header in HEADERS if threaded or header not in ("In-Reply-To", "References")]
    assert not parsed.defects
    assert not any(header.defects for header in parsed.values())


@pytest.mark.parametrize("name", EVERY)
def test_whatever_is_said_it_comes_from_us_and_goes_to_those_of_the_config(name: str) -> None:
    parsed = read(EVERY[name])
    assert [address.addr_spec for address in parsed["From"].addresses] == ["monitor@justkalm.example"]
    assert [address.addr_spec for address in parsed["To"].addresses] == [
        "oncall@justkalm.example",
        "team@justkalm.example",
    ]


@pytest.mark.parametrize("name", EVERY)
def test_a_mail_is_ascii_in_lines_that_every_server_takes(name: str) -> None:
    lines = raw(EVERY[name]).split(b"\r\n")
    assert all(line.isascii() and len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in lines)


def test_a_line_end_in_a_title_begins_no_header() -> None:
    assert read(saying("Out\r\nBcc: all@evil.example")["incident"])["Subject"] == "Out Bcc: all@evil.example"


def test_the_text_begins_with_the_state_and_says_all_that_is_known() -> None:
    assert text(OCCASIONS["updated"]) == (
        "🚨 Identified: Authentication outage\n\n"
        "API is affected too. API is down since 12:00:45 UTC. Check health (assertion): HTTP 503 instead of 2xx. "
        "Check quote (assertion): HTTP 503 instead of 200.\n\n"
        "Impact: Critical\nSince: 11:59:20 UTC\nAffects: Authentication and API\nCaused by: Authentication\n"
        "Known: The cause is identified: every failed check of Authentication says that it refuses connections.\n\n"
        "https://status.example/#inc_0123456789abcdef\n\n"
        "JustKalm · 12:01:00 UTC\n"
    )


def test_a_postmortem_arrives_whole() -> None:
    assert f"\n{'x' * 9_999}.\n— ada\n" in text(of_postmortem("x" * 9_999 + "."))


def test_mails_of_one_incident_are_one_thread_with_one_subject() -> None:
    mails = [
        read(OCCASIONS[occasion]) for occasion in ("created", "identified", "monitoring", "resolved", "reopened")
    ]
    assert {mail["References"] for mail in mails} == {mail["In-Reply-To"] for mail in mails} == {INCIDENT}
    assert {mail["Subject"] for mail in mails} == {"Authentication outage"}
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)


def test_a_mail_that_is_sent_again_has_the_same_id() -> None:
    first = OCCASIONS["created"]
    again = replace(first, at=first.at + 60_000)
    assert read(first)["Message-ID"] == read(again)["Message-ID"]


def test_a_mail_says_who_sends_it_when_and_that_a_machine_does() -> None:
    parsed = read(OCCASIONS["created"])
    assert parsed["From"] == "JustKalm <monitor@justkalm.example>"
    assert parsed["Date"] == "Tue, 01 Dec 2026 12:00:00 +0000"
    assert parsed["Auto-Submitted"] == "auto-generated"


def test_the_envelope_is_that_of_the_config() -> None:
    sent = message("email", OCCASIONS["created"])
    assert sent is not None
    assert sent.method == "MAIL"
    assert sent.headers == {
        "From": "monitor@justkalm.example",
        "To": "oncall@justkalm.example, team@justkalm.example",
    }


@pytest.mark.parametrize(("security", "scheme"), [("starttls", "smtp+starttls"), ("tls", "smtps"), ("none", "smtp")])
def test_the_scheme_says_how_it_is_secured(security: mail.Security, scheme: str) -> None:
    settings = replace(SETTINGS, security=security)
    assert urlsplit(mail.message(settings, OCCASIONS["created"]).url).scheme == scheme


@pytest.mark.parametrize(
    ("host", "username", "password"),
    [
        ("mail.example", "", ""),
        ("mail.example", "monitor@justkalm.example", "p:a/s@s?w#o%rd é"),
        ("2001:db8::25", "monitor", "secret"),
    ],
)
def test_server_and_login_are_read_back_from_the_url(host: str, username: str, password: str) -> None:
    settings = replace(SETTINGS, host=host, username=username, password=password)
    server = urlsplit(mail.message(settings, OCCASIONS["created"]).url)
    assert (server.hostname, server.port) == (host, 587)
    assert (unquote(server.username or ""), unquote(server.password or "")) == (username, password)
