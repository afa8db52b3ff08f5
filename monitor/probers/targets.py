"""What must be known of a target without asking it."""

from __future__ import annotations

from urllib.parse import urlsplit

from monitor.probers.settings import DnsTarget, HttpTarget, Target, Transaction, WebsocketTarget


def host_of(target: Target) -> str:
    """The host that is asked; of a transaction, the first that its config names. Empty where only a variable does."""
    match target:
        case HttpTarget(url=url) | WebsocketTarget(url=url):
            return urlsplit(url).hostname or ""
        case Transaction(steps=steps):
            return next((host for step in steps if (host := host_of(step.http))), "")
        case DnsTarget(resolver=resolver):
            return resolver or "the system's resolver"
    return target.host


def awaits_callback(target: Target) -> bool:
    """Whether the target is to post to us."""
    return isinstance(target, Transaction) and any(step.await_callback is not None for step in target.steps)
