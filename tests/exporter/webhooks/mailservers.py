"""A mail server on loopback, that behaves as it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"


@dataclass
class MailServer:
    """Answers each recipient and each mail as it is told, and takes one login."""

    recipients: dict[str, str] = field(default_factory=dict)  # address → what to answer instead of taking it
    answer: str = TAKEN  # to what a mail says
    login: tuple[bytes, bytes] | None = None  # without which nobody is served, and which is taken over TLS alone
    port: int = 0
    got: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)  # sender, recipients, mail

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self.recipients.get(address, TAKEN)
        if reply == TAKEN:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer == TAKEN:
            assert isinstance(envelope.content, bytes)
            read = message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
            self.got.append((envelope.mail_from or "", list(envelope.rcpt_tos), read))
        return self.answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == self.login
        return AuthResult(success=known, handled=known)


@asynccontextmanager
async def listening(
    server: MailServer, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[MailServer]:
    """Serve with TLS from the first byte, from STARTTLS on, or without."""
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            server,
            hostname="mail.example",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=server.authenticate if server.login else None,
            auth_required=server.login is not None,
            loop=loop,
        )

    async with await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls) as listener:
        server.port = listener.sockets[0].getsockname()[1]
        yield server
