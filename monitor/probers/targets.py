"""What must be known of a target without asking it."""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from monitor.probers.settings import DnsTarget, HttpTarget, Target, Transaction, WebsocketTarget

SYSTEM_RESOLVER = "the system's resolver"


def host_of(target: Target) -> str:
    """The host that is asked; of a transaction, the first that its config names. Empty where only a variable does."""
    match target:
        case HttpTarget(url=url) | WebsocketTarget(url=url):
            return urlsplit(url).hostname or ""
        case Transaction(steps=steps):
            return next((host for step in steps if (host := host_of(step.http))), "")
        case DnsTarget(resolver=resolver):
            return resolver or SYSTEM_RESOLVER
    return target.host


def awaits_callback(target: Target) -> bool:
    """Whether the target is to post to us."""
    return isinstance(target, Transaction) and any(step.await_callback is not None for step in target.steps)


def is_outside(target: Target) -> bool:
    """Whether asking it takes our network; not so with our own machine, nor with a resolver that may be on it."""
    steps = [step.http for step in target.steps] if isinstance(target, Transaction) else [target]
    hosts = [host for step in steps if (host := host_of(step))]
    return bool(hosts) and not any(map(_is_own, hosts))


def is_proxied(target: Target) -> bool:
    """Whether a proxy may answer in its stead."""
    match target:
        case HttpTarget(proxy=proxy):
            return proxy is not None
        case Transaction(steps=steps):
            return any(step.http.proxy is not None for step in steps)
    return False


def _is_own(host: str) -> bool:
    if host in ("localhost", SYSTEM_RESOLVER, socket.gethostname()) or host.endswith(".localhost"):
        return True
    with suppress(ValueError):
        address = ip_address(host)
        return address.is_loopback or address.is_unspecified or _is_bindable(str(address))
    return False


def _is_bindable(address: str) -> bool:
    """Whether an interface of ours has it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((address, 0))
    except OSError:
        return False
    return True
