"""The config as everyone else reads it: frozen, complete, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from monitor.core.model import Duration, Setup
from monitor.core.recurring import Rule
from monitor.core.subscribing import Alert
from monitor.probers.settings import ProbeSettings

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Page:
    """The status page: its name, the URL under which visitors find it, and the time zone of its days (IANA)."""

    name: str
    url: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Which endpoints may be subscribed beside those of the public internet over HTTPS."""

    allow_http: bool
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Storage:
    """How long results are kept, and how many bytes the database may take with its log; None: any number."""

    keep: Duration
    max_size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All that a file says."""

    page: Page
    setup: Setup
    rules: tuple[Rule, ...]  # of recurring maintenance, no two of the same id
    probes: Mapping[str, ProbeSettings]  # "component/probe" → how to ask, without heartbeats
    heartbeats: Mapping[str, str | None]  # "component/probe" → its token; None: one is to be made
    references: tuple[tuple[str, int], ...]  # host and port of what should always answer
    webhooks: Webhooks
    alerts: tuple[Alert, ...]  # no two of the same name
    trusted_proxies: tuple[Network, ...]  # whose X-Forwarded-For is believed
    storage: Storage
    public_url: str | None  # where targets reach us, without a slash at its end; None: where we listen
    secrets: tuple[str, ...]  # texts that must never be shown
