"""The way to a target: whom we trust on it, and the proxy that stands on it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from yarl import URL

from monitor.probers.requests.request import basic
from monitor.probers.settings import Trust
from monitor.probers.wire.contexts import Contexts


@dataclass(frozen=True, slots=True)
class Route:
    """Shared by all requests of a probe."""

    contexts: Contexts
    trust: Trust
    proxy: URL | None = None  # with credentials, if it wants any
    http: bool = True

    def context(self) -> ssl.SSLContext:
        """What stands for `trust` as its files are now: to be asked for at each connection."""
        return self.contexts.context(self.trust, http=self.http)

    def tunnel(self, host: str, port: int) -> bytes:
        """What asks the proxy for a connection to the target; empty without a proxy."""
        if self.proxy is None:
            return b""
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self.proxy.user is not None:
            lines.append(f"Proxy-Authorization: {basic(self.proxy.user, self.proxy.password or '')}")
        return "\r\n".join([*lines, "", ""]).encode()
