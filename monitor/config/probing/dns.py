"""A question to a resolver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.config import addresses, shapes
from monitor.config.faults import BadValue, Found, Place, quoted
from monitor.config.kinds import Resolver, Text, value_schema
from monitor.config.probing.kind import Kind
from monitor.probers.dns import RECORDS
from monitor.probers.settings import DnsTarget

ADDRESSES: Mapping[str, Callable[[str], object]] = {"A": IPv4Address, "AAAA": IPv6Address}


def _name(value: object) -> str:
    return addresses.host(value, "www.example.com")


def _record_type(value: object) -> str:
    if not isinstance(value, str) or value not in RECORDS:
        raise BadValue(f"{quoted(value)} is not a type of record that we know; write one of {', '.join(RECORDS)}")
    return value


class Dns(Kind):
    short = "name"

    name: Annotated[str, BeforeValidator(_name)] = Field(description="The name to ask for.")
    type: Annotated[str, BeforeValidator(_record_type), value_schema({"enum": [*RECORDS]})] = Field(
        default="A", description="The type of record to ask for; A unless given."
    )
    resolver: Resolver | None = Field(
        default=None, description="Whom to ask: an address, or address:port; the system's resolver unless given."
    )
    answers: list[Text] = Field(
        default=[], min_length=1, description="All that must be among the answers; any answer will do unless given."
    )

    def target(self) -> DnsTarget:
        return DnsTarget(name=self.name, type=self.type, resolver=self.resolver, answers=tuple(self.answers))

    @classmethod
    def contradictions(cls, place: Place, asked: Mapping[str, object]) -> Found:
        kind = asked.get("type", "A")
        address = ADDRESSES.get(kind) if isinstance(kind, str) else None
        for at, answer in shapes.texts(asked.get("answers")):
            if address is not None and not _reads(address, answer):
                yield (*place, "answers", at), f"{quoted(answer)} is not an address as {kind} records hold it"


def _reads(address: Callable[[str], object], text: str) -> bool:
    try:
        address(text)
    except ValueError:
        return False
    return True
