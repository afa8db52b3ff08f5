"""Why a gRPC call failed: from its status, and the words of the library, to a reason and a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.core.model import Reason
from monitor.probers.judging.failures import Failure

# The library resolves, connects and encrypts by itself, and only its words tell which of these failed: the first sign
# that is in them explains it.
SIGNS: Mapping[str, tuple[Reason, str, str]] = {
    "Too many open files": (Reason.OWN_FDS, "connect", "we have no file descriptor left"),
    "errors resolving": (Reason.DNS, "dns", "name {host} cannot be resolved"),
    "certificate has expired": (Reason.TLS_EXPIRED, "tls", "certificate not trusted: it has expired"),
    "certificate is not yet valid": (Reason.TLS_NOT_YET_VALID, "tls", "certificate not trusted: it is not yet valid"),
    "Hostname Verification": (Reason.TLS_HOSTNAME, "tls", "certificate not trusted: it is not for {host}"),
    "VERIFY_FAILED": (Reason.TLS_UNTRUSTED, "tls", "certificate not trusted"),
    "Handshake read failed": (Reason.RESET, "tls", "connection closed by {address} during the TLS handshake"),
    "handshake failed": (Reason.TLS, "tls", "TLS with {address} failed"),
    "Connection refused": (Reason.CONNECT_REFUSED, "connect", "connection refused by {address}"),
    "No route to host": (Reason.UNREACHABLE, "connect", "no route to host {address}"),
    "Network is unreachable": (Reason.UNREACHABLE, "connect", "network of {address} unreachable"),
    "parsing HTTP/2": (Reason.PROTOCOL, "headers", "the answer is not gRPC"),
    "Connection reset": (Reason.RESET, "headers", "connection reset by {address}"),
    "Socket closed": (Reason.RESET, "headers", "connection closed without an answer"),
}

STATUSES: Mapping[str, tuple[Reason, str]] = {
    "NOT_FOUND": (Reason.BODY, "the server does not know the service {service}"),
    "PERMISSION_DENIED": (Reason.AUTH, "the server does not permit the health check"),
    "UNAUTHENTICATED": (Reason.AUTH, "the server does not permit the health check"),
    "UNAVAILABLE": (Reason.UNREACHABLE, "the server is not available"),
    "UNIMPLEMENTED": (Reason.PROTOCOL, "the server does not speak the health checking protocol"),
}


def explain_status(status: str, words: str, host: str, address: str, service: str) -> Failure:
    """What a call that did not end with OK says of its target.

    Args:
        words: of the library or, when it came that far, of the server.
        address: host and port.
    """
    if status == "UNAVAILABLE":
        for sign, (reason, phase, detail) in SIGNS.items():
            if sign in words:
                return Failure(reason, detail.format(host=host, address=address), phase=phase)
    reason, detail = STATUSES.get(status, (Reason.PROTOCOL, "the health check ended with {status}"))
    return Failure(reason, detail.format(service=service, status=status), phase="assertion")
