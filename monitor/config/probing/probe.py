"""The shape of a probe. A new kind is a new block and one more field of `Kinds`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pydantic import ConfigDict, Field

from monitor.config.block import Block
from monitor.config.kinds import Duration, Whole
from monitor.config.probing.answers import Expect
from monitor.config.probing.dns import Dns
from monitor.config.probing.grpc import Grpc
from monitor.config.probing.heartbeat import Heartbeat
from monitor.config.probing.http import Http
from monitor.config.probing.icmp import Icmp
from monitor.config.probing.kind import Kind
from monitor.config.probing.steps import Step
from monitor.config.probing.tcp import Tcp
from monitor.config.probing.tls import Tls
from monitor.config.probing.websocket import Websocket
from monitor.core.model import MINUTE


class Timing(Block):
    """What a probe takes from `defaults` unless it says otherwise."""

    interval: Duration | None = Field(default=None, description="Time from one run to the next; 30s unless given.")
    timeout: Duration | None = Field(
        default=None, description="Longest that a run, or a step of it, may take; 10s unless given."
    )
    failure_threshold: Whole | None = Field(
        default=None, description="Failures in a row until it is down; 3 unless given."
    )
    success_threshold: Whole | None = Field(
        default=None, description="Passes in a row until it is up; 2 unless given."
    )
    recheck_interval: Duration | None = Field(
        default=None,
        description="Time to the next run while a failure is unconfirmed; 5s, at most the interval, unless given.",
    )
    slow_after: Duration | None = Field(
        default=None, description="Latency above which a run is slow; 1s, at most half the timeout, unless given."
    )


class Defaults(Timing):
    resolve_after: Duration = Field(
        default=2 * MINUTE, description="How long all must be well until an incident ends; 2m."
    )


class Kinds(Block):
    """What to ask; a probe has one of these."""

    http: Http | None = Field(default=None, description="An HTTP request: a URL, or a mapping.")
    steps: list[Step] | None = Field(default=None, min_length=1, description="HTTP requests one after the other.")
    tcp: Tcp | None = Field(default=None, description="A connection: host:port, or a mapping.")
    tls: Tls | None = Field(default=None, description="A TLS handshake: host:port, or a mapping.")
    dns: Dns | None = Field(default=None, description="A question to a resolver: a name, or a mapping.")
    websocket: Websocket | None = Field(default=None, description="A WebSocket: its URL, or a mapping.")
    grpc: Grpc | None = Field(
        default=None, description="A gRPC health check: host:port, or a mapping; needs justkalm-monitor[grpc]."
    )
    icmp: Icmp | None = Field(default=None, description="A ping: a host, or a mapping.")
    heartbeat: Heartbeat | None = Field(default=None, description="Nothing: something else reports in.")


CHOICES = tuple(Kinds.model_fields)
KINDS: Mapping[str, type[Kind]] = {
    name: block
    for name, field in Kinds.model_fields.items()
    for block in get_args(field.annotation)
    if isinstance(block, type) and issubclass(block, Kind)
}


class Probe(Timing, Kinds):
    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [choice]} for choice in CHOICES]})

    expect: Expect = Field(default_factory=Expect, description="What the answer must be like.")
