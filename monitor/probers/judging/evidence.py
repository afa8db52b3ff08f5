"""What was seen of a failure, redacted and harmless, for people to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Instant, Reason
from monitor.core.redaction import printable
from monitor.probers.judging.expect import Answer
from monitor.probers.judging.failures import Failure
from monitor.probers.wire.certificate import Certificate
from monitor.probers.wire.phases import Hop

MOST_SEEN = 200  # characters of a body, a header, a URL
MOST_READ = 4_096  # characters the redactor looks at, so that no secret is cut in two before it does
MOST_NAMES = 5  # of a certificate

UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


def shown(text: str, redact: Callable[[str], str]) -> str:
    """At most 200 characters of a text from anywhere: redacted, and without anything a terminal could obey."""
    return printable(redact(text[:MOST_READ])[:MOST_SEEN])


def evidence(
    failure: Failure, hop: Hop, answer: Answer | None, certificate: Certificate | None, redact: Callable[[str], str]
) -> dict[str, str]:
    """What was seen, by name; only what there is to show."""
    seen = {
        "url": hop.url,
        "proxy" if hop.proxied else "address": hop.address,
        "phase": failure.phase or hop.where,
        "http_status": str(hop.status or ""),
        "location": hop.location or "",
        "header": failure.header,
        "answer": hop.opening.decode(errors="replace") if failure.reason is Reason.PROTOCOL else "",
        "body": answer.text if answer else "",
        "certificate": _described(certificate) if certificate else "",
    }
    return {name: shown(text, redact) for name, text in seen.items() if text}


def certificate_detail(failure: Failure, certificate: Certificate | None, hostname: str, now: Instant) -> str:
    """The sentence about a certificate that was not accepted, with what the certificate itself says."""
    if certificate is None:
        return failure.detail
    named = f"(CN={certificate.name})"
    match failure.reason:
        case Reason.TLS_EXPIRED if certificate.not_after < now:
            return f"certificate expired {spoken(now - certificate.not_after)} ago {named}"
        case Reason.TLS_NOT_YET_VALID if certificate.not_before > now:
            return f"certificate becomes valid in {spoken(certificate.not_before - now)} {named}"
        case Reason.TLS_HOSTNAME:
            return f"certificate is for {_names(certificate)}, not for {hostname}"
    return f"{failure.detail} {named}"


def expiring(expires: Instant | None, wanted: int | None, now: Instant) -> str | None:
    """The sentence about a certificate that has fewer days left than wanted; None when it has enough of them."""
    if expires is None or wanted is None or expires - now >= wanted * DAY:
        return None
    return f"certificate expires in {spoken(expires - now)}, less than {wanted} days"


def spoken(length: Duration) -> str:
    """In the largest unit that fits: 3 days, 1 hour."""
    for unit, name in UNITS:
        if length >= unit:
            count = length // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a second"


def _described(certificate: Certificate) -> str:
    valid = f"{_day(certificate.not_before)} to {_day(certificate.not_after)}"
    return f"CN={certificate.name}; for {_names(certificate)}; valid {valid}"


def _names(certificate: Certificate) -> str:
    names = certificate.names[:MOST_NAMES]
    more = len(certificate.names) - len(names)
    return (", ".join(names) or certificate.name) + (f" and {more} more" if more else "")


def _day(instant: Instant) -> str:
    return datetime.fromtimestamp(instant / SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
