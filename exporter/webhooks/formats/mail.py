"""Mail: one thread for each incident."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal
from urllib.parse import quote

from exporter.webhooks.formats.gist import Gist, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.plain import paragraphs
from exporter.webhooks.formats.texts import line
from monitor.core.model import SECOND, Incident, Window

SUBJECT = 150  # characters
NAME = 60
PROSE = 12_000
VALUE = 1_000

Security = Literal["starttls", "tls", "none"]

REFUSED = frozenset(range(500, 600))  # replies to what the mail says

SCHEMES: dict[Security, str] = {"starttls": "smtp+starttls", "tls": "smtps", "none": "smtp"}


@dataclass(frozen=True, slots=True)
class Settings:
    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)  # empty where nobody logs in
    sender: str
    to: tuple[str, ...]


def message(settings: Settings, notice: Notice) -> Message:
    """The mail and its envelope; its URL says by which server it goes."""
    envelope = {"From": settings.sender, "To": ", ".join(settings.to)}
    return Message("MAIL", _url(settings), envelope, _mail(settings, notice).as_bytes())


def _url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    login = f"{quote(settings.username, safe='')}:{quote(settings.password, safe='')}@" if settings.username else ""
    return f"{SCHEMES[settings.security]}://{login}{host}:{settings.port}"


def _mail(settings: Settings, notice: Notice) -> EmailMessage:
    said, mail = gist(notice), EmailMessage(policy=SMTP)
    domain = settings.sender.rpartition("@")[2]
    mail["Subject"] = _subject(notice, said)
    mail["From"] = Address(line(notice.page, NAME), addr_spec=settings.sender)
    mail["To"] = [Address(addr_spec=address) for address in settings.to]
    mail["Date"] = datetime.fromtimestamp(notice.at // SECOND, UTC)
    mail["Message-ID"] = f"<{notice.event.id}@{domain}>"
    if isinstance(notice.event.subject, Incident | Window):
        mail["In-Reply-To"] = mail["References"] = f"<{notice.event.subject.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_text(said), cte="quoted-printable")
    return mail


def _subject(notice: Notice, said: Gist) -> str:
    """Gmail keeps a thread while the subject stays the same: the state begins the text, which phones show too."""
    return line(said.headline, SUBJECT) or line(notice.page, SUBJECT)


def _text(said: Gist) -> str:
    return f"{said.mark} {line(said.title, SUBJECT)}\n\n{paragraphs(said, message=PROSE, value=VALUE)}\n"
