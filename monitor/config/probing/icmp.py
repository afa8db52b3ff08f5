"""One echo request: a ping."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.config import addresses
from monitor.config.probing.kind import Kind
from monitor.probers.settings import IcmpTarget


def _host(value: object) -> str:
    return addresses.host(value, "gateway.example.com")


class Icmp(Kind):
    short = "host"

    host: Annotated[str, BeforeValidator(_host)] = Field(description="The host name or address to ping.")

    def target(self) -> IcmpTarget:
        return IcmpTarget(self.host)
