"""A call of the gRPC health checking protocol."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from monitor.config.faults import Found, Place
from monitor.config.kinds import Address, Text
from monitor.config.probing.kind import Kind
from monitor.config.probing.trust import Trust
from monitor.probers.settings import GrpcTarget


def _encryption(value: object) -> object:
    """True is TLS with nothing more to say of it."""
    if isinstance(value, bool):
        return {} if value else None
    return value


def _or_flag(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"type": "boolean"}, {"$ref": schema.pop("$ref")}]


class Grpc(Kind):
    short = "address"

    address: Address = Field(description="Host and port to connect to.")
    service: Text = Field(default="", description="The service to ask about; the server as a whole unless given.")
    tls: Annotated[Trust | None, BeforeValidator(_encryption)] = Field(
        default=None,
        description="Whether TLS is spoken: true, or whom to trust, and a certificate of ours.",
        json_schema_extra=_or_flag,
    )

    def target(self) -> GrpcTarget:
        host, port = self.address
        trust = self.tls or Trust()
        return GrpcTarget(host=host, port=port, service=self.service, tls=self.tls is not None, trust=trust.built())

    @classmethod
    def contradictions(cls, place: Place, _asked: Mapping[str, object]) -> Found:
        if find_spec("grpc") is None:
            yield place, "gRPC is not installed; install justkalm-monitor[grpc]"

    @classmethod
    def needs_trust(cls, _asked: Mapping[str, object]) -> bool:
        return True
