"""One message on its way: by which way it goes, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from exporter.webhooks.alerts import Channel
from exporter.webhooks.apprising import notify
from exporter.webhooks.formats.message import Message
from exporter.webhooks.guard import Allowance
from exporter.webhooks.mailing import mail
from exporter.webhooks.post import Answer, Limits, Poster
from exporter.webhooks.retry import Outcome, outcome
from monitor.core.model import Instant
from monitor.core.subscribing import Attempt, Subscription

Way: TypeAlias = Callable[[Message], Awaitable[Answer]]
Send: TypeAlias = Callable[[Subscription, Message], Awaitable[Answer]]

WAYS: Mapping[str, Way] = {"smtp": mail, "smtps": mail, "smtp+starttls": mail}  # by the scheme of the URL
NOTIFY = "NOTIFY"  # the method of what apprise sends, whatever the scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that was sent once."""

    to: Subscription  # as it was when it was sent
    channel: Channel | None  # of an alert, as it was then
    began: Instant
    ended: Instant
    answer: Answer

    @property
    def outcome(self) -> Outcome:
        refused = self.channel.format.refused if self.channel is not None else frozenset[int]()
        return outcome(self.answer.status, refused)

    @property
    def label(self) -> str:
        """What it came to, for the metrics."""
        if self.answer.status is None:
            return "failed"
        return "refused" if self.outcome is Outcome.RETRY else str(self.outcome)

    def attempt(self, delivery: str) -> Attempt:
        """As it is written down."""
        return Attempt(
            delivery=delivery,
            at=self.began,
            status=self.answer.status,
            duration_ms=self.answer.duration_ms,
            excerpt=self.answer.excerpt,
        )


class Sender:
    """Sends to who subscribed as far as the guard lets it, and to alerts, which are the operator's word, anywhere.

    Needs a running loop; end with `close`.
    """

    def __init__(self, version: str, *, limits: Limits | None = None) -> None:
        self._guarded = Poster(Allowance(), version, limits=limits)
        self._free = Poster(None, version, limits=limits)
        self._redact: Callable[[str], str] = str

    def use(self, allowance: Allowance, redact: Callable[[str], str]) -> None:
        """From now on this is allowed, and nobody is shown what `redact` takes out of answers."""
        self._guarded.allowance = allowance
        self._guarded.redact = self._free.redact = self._redact = redact

    async def send(self, to: Subscription, message: Message) -> Answer:
        """Send it once.

        Raises:
            OwnTrouble: we lack what it takes; the receiver heard nothing.
        """
        if to.alert is None:
            return await self._guarded.post(message)
        way = _other_way(message)
        if way is None:
            return await self._free.post(message)
        answer = await way(message)
        return replace(answer, excerpt=self._redact(answer.excerpt))

    async def close(self) -> None:
        await self._guarded.close()
        await self._free.close()


def _other_way(message: Message) -> Way | None:
    """Than HTTP."""
    return notify if message.method == NOTIFY else WAYS.get(message.url.partition("://")[0])
