"""A mail over SMTP, and what comes of it in a sentence."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from email.utils import getaddresses
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import aiosmtplib

from exporter.webhooks.formats.message import Message
from exporter.webhooks.lack import lack
from exporter.webhooks.post import OwnTrouble

log = logging.getLogger(__name__)

GOODBYE = 1.0  # seconds to take leave, when it is done

TAKEN = 250

Refusals: TypeAlias = Mapping[str, int]  # recipient → code of the reply


async def sent(message: Message, limit: float) -> tuple[int | None, str]:
    """Status and excerpt, as `mail` tells them.

    Raises:
        OwnTrouble: we lack what it takes; the server heard nothing.
    """
    recipients = [address for _, address in getaddresses([message.headers["To"]])]
    try:
        refused = await _refused(message, recipients, limit)
    except (OSError, aiosmtplib.SMTPException) as error:
        return _refused_for_good(error), _trouble(error, limit)
    return _told(refused, len(recipients)) if refused else (TAKEN, "taken")


async def _refused(message: Message, recipients: Sequence[str], limit: float) -> Refusals:
    """Who of the recipients is refused though others are told."""
    sender = message.headers["From"]
    client = _client(message.url, sender, limit)
    try:
        async with asyncio.timeout(limit):
            await client.connect()
            refused, _ = await client.sendmail(sender, recipients, message.body)
        # The mail is theirs now, whatever becomes of the connection.
        with suppress(OSError, aiosmtplib.SMTPException):
            await client.quit(timeout=GOODBYE)
    finally:
        client.close()
    return {address: reply.code for address, reply in refused.items()}


def _told(refused: Refusals, asked: int) -> tuple[int | None, str]:
    """Refused for now, it is sent again to all: better twice to some, as the same Message-ID, than never to one."""
    listed = ", ".join(f"{address} ({code})" for address, code in refused.items())
    log.warning("%d of %d recipients of a mail are refused: %s", len(refused), asked, listed)
    for_good = all(code >= 500 for code in refused.values())
    excerpt = f"{len(refused)} of {asked} recipients are refused ({_codes(refused.values())})"
    return TAKEN if for_good else None, excerpt


def _client(url: str, sender: str, limit: float) -> aiosmtplib.SMTP:
    server = urlsplit(url)
    return aiosmtplib.SMTP(
        hostname=server.hostname,
        port=server.port,
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password or "") if server.username else None,
        local_hostname=sender.rpartition("@")[2],  # unlike our own name it needs no look-up, and has an MX
        use_tls=server.scheme == "smtps",
        start_tls=server.scheme == "smtp+starttls",
        timeout=limit,
    )


def _refused_for_good(error: Exception) -> int | None:
    """The reply to what the mail says; who sends or gets it may be put right meanwhile."""
    return error.code if isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500 else None


def _trouble(error: Exception, limit: float) -> str:
    """A sentence of ours: theirs may tell who was told, and by which server."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return f"every recipient is refused ({_codes(one.code for one in error.recipients)})"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{_sentence(error, REPLIES)} ({error.code})"
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    code = lack(cause) if isinstance(error, aiosmtplib.SMTPConnectError) else None
    if code is not None:
        raise OwnTrouble(errno.errorcode[code]) from error
    if isinstance(error, TimeoutError):
        return f"not taken within {limit:g} s"
    return _sentence(cause, TROUBLES)


# The first that fits: later ones are wider.
REPLIES: tuple[tuple[type[Exception], str], ...] = (
    (aiosmtplib.SMTPAuthenticationError, "the server does not accept the login"),
    (aiosmtplib.SMTPSenderRefused, "the sender is refused"),
    (aiosmtplib.SMTPDataError, "the mail is refused"),
    (Exception, "the server does not serve us"),
)
TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "the name does not resolve"),
    (ssl.SSLCertVerificationError, "the certificate is not trusted"),
    (ssl.SSLError, "the TLS handshake failed"),
    (aiosmtplib.SMTPServerDisconnected, "the connection broke"),
    (ConnectionResetError, "the connection broke"),
    (BrokenPipeError, "the connection broke"),
    (OSError, "no connection"),
    (Exception, "the server offers no STARTTLS, or no login that we know"),
)


def _sentence(error: Exception, sentences: tuple[tuple[type[Exception], str], ...]) -> str:
    return next(sentence for kind, sentence in sentences if isinstance(error, kind))


def _codes(codes: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(set(codes))))
