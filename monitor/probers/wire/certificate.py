"""The certificate a server presents, also when it is not to be trusted."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from monitor.core.model import SECOND, Instant

MOST_REMEMBERED = 1_024  # certificates


@dataclass(frozen=True, slots=True)
class Certificate:
    """What people need to know of one."""

    name: str  # its common name, or the first name it is for
    names: tuple[str, ...]
    not_before: Instant
    not_after: Instant


def expires(peer: Mapping[str, Any] | None) -> Instant | None:
    """When a certificate, as `getpeercert` gives it, expires."""
    return _instant(peer["notAfter"]) if peer else None


@lru_cache(maxsize=MOST_REMEMBERED)
def link_expires(link: Any) -> Instant | None:
    """When a certificate of a chain, as `get_verified_chain` gives it, expires.

    Decoding one takes as long as all else that we do in a handshake, and runs see the same ones again and again.
    Python compares them by what they hold.
    """
    return expires(link.get_info())


def earliest(instants: Iterable[Instant | None]) -> Instant | None:
    """Of those that are known."""
    return min((instant for instant in instants if instant is not None), default=None)


def certificate(peer: Mapping[str, Any]) -> Certificate:
    """From what `getpeercert` gives."""
    names = tuple(value for _, value in peer.get("subjectAltName", ()))
    common = [value for part in peer.get("subject", ()) for key, value in part if key == "commonName"]
    return Certificate(
        name=next(iter([*common, *names]), "without a name"),
        names=names,
        not_before=_instant(peer["notBefore"]),
        not_after=_instant(peer["notAfter"]),
    )


def believed(shaken: ssl.SSLObject) -> Certificate | None:
    """The certificate in a handshake whose context, used for it alone, does not verify."""
    # Python decodes a certificate only for a context that verifies; it asks that of the context, and only now.
    shaken.context.verify_mode = ssl.CERT_REQUIRED
    peer = shaken.getpeercert()
    return certificate(peer) if peer else None


def _instant(text: str) -> Instant:
    return ssl.cert_time_to_seconds(text) * SECOND
