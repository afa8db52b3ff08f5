"""Whom we trust under TLS, and how we prove who we are: settings become contexts."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.probers.settings import Trust


class UnusableTrust(Exception):
    """A file that a probe needs for TLS cannot be used; says which, and why."""


def verifying(trust: Trust, cafile: str | None = None) -> ssl.SSLContext:
    """A context that verifies; takes 33 ms with the system's authorities, so it is to be kept.

    Args:
        cafile: authorities that stand in for the system's where `trust` names none.

    Raises:
        UnusableTrust: a file is missing, or not what it should be.
    """
    with _named("the authorities", trust.ca_file or cafile):
        context = ssl.create_default_context(cafile=trust.ca_file or cafile)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Python 3.13 demands more of private authorities than others do
    _prove(context, trust)
    return context


def believing(trust: Trust) -> ssl.SSLContext:
    """A context that believes everything, and proves who we are all the same.

    Raises:
        UnusableTrust: as for `verifying`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _prove(context, trust)
    return context


def _prove(context: ssl.SSLContext, trust: Trust) -> None:
    if trust.certificate_file is None:
        return
    with _named("the certificate of ours", trust.certificate_file, trust.key_file):
        # A password keeps OpenSSL from asking for one on the terminal when the key is encrypted.
        context.load_cert_chain(trust.certificate_file, trust.key_file, password="")


@contextmanager
def _named(what: str, *files: str | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # as those of ssl are
        words = (getattr(error, "reason", None) or error.strerror or "unreadable").replace("_", " ").lower()
        raise UnusableTrust(f"{what} in {' and '.join(filter(None, files))} cannot be used: {words}") from error
