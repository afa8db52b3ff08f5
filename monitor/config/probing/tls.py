"""A TLS handshake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from monitor.config.faults import BadValue, quoted
from monitor.config.kinds import Address, Host
from monitor.config.probing.kind import Kind
from monitor.config.probing.trust import Trust
from monitor.probers.settings import TlsTarget

VERSIONS = ("1.2", "1.3")


def _version(value: object) -> str:
    if not isinstance(value, str) or value not in VERSIONS:
        raise BadValue(f"{quoted(value)} is not a version of TLS that we speak; write {' or '.join(VERSIONS)}")
    return value


_AS_NUMBERS = [float(version) for version in VERSIONS]  # taken as they were written
Version = Annotated[str, BeforeValidator(_version), WithJsonSchema({"enum": [*VERSIONS, *_AS_NUMBERS]})]


class Tls(Kind):
    short = "address"
    expects = ("certificate_days",)

    address: Address = Field(description="Host and port to connect to.")
    server_name: Host | None = Field(default=None, description="The name that the certificate is for; the host's.")
    minimum_version: Version | None = Field(
        default=None, description="The oldest version that the server may agree on: 1.2 or 1.3; 1.2 unless given."
    )
    tls: Trust = Field(default=Trust(), description="Whom to trust, and a certificate of ours.")

    def target(self) -> TlsTarget:
        host, port = self.address
        return TlsTarget(
            host=host,
            port=port,
            server_name=self.server_name,
            minimum_version=self.minimum_version,
            trust=self.tls.built(),
        )

    @classmethod
    def encrypted(cls, _asked: Mapping[str, object]) -> bool:
        return True
