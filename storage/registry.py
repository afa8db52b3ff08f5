"""The async face of all that is kept beside what was observed: keys, subscriptions, tokens, rules."""

from __future__ import annotations

from monitor.core.model import Instant
from monitor.core.recurring import Rule
from monitor.core.subscribing import Answered, Key, Subscription
from storage import answers, heartbeats, keys, rules, subscriptions
from storage.connection import Connection


class Registry:
    """Implements the port of that name: each call is one commit, and raises StoreRefused when it wrote nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keys(self) -> list[Key]:
        """Oldest first."""
        return await self._connection.ask(keys.every)

    async def put_key(self, key: Key) -> None:
        """Write it as it is now."""
        await self._connection.commit(keys.put, key)

    async def subscriptions(self) -> list[Subscription]:
        """Oldest first."""
        return await self._connection.ask(subscriptions.every)

    async def put_subscription(
        self, subscription: Subscription, answered: tuple[str, str, Answered] | None = None
    ) -> None:
        """Write it as it is now, and with it what was answered: (id of the key, Idempotency-Key, answer).

        Raises:
            sqlite3.IntegrityError: that Idempotency-Key has an answer already; nothing was written.
        """
        await self._connection.commit(subscriptions.put, subscription, answered)

    async def drop_subscription(self, subscription: str) -> None:
        """Forget it and all its deliveries."""
        await self._connection.commit(subscriptions.drop, subscription)

    async def put_answer(self, key: str, idempotency_key: str, answered: Answered) -> None:
        """Write down what was answered to a request of that key.

        Raises:
            sqlite3.IntegrityError: that Idempotency-Key has an answer already; nothing was written.
        """
        await self._connection.commit(answers.record, key, idempotency_key, answered)

    async def answered(self, key: str, idempotency_key: str) -> Answered | None:
        """What was answered to a request of that key; None when nothing was, or it was forgotten."""
        return await self._connection.ask(answers.one, key, idempotency_key)

    async def heartbeat_tokens(self) -> dict[str, str]:
        """Probe → the token that was made for it."""
        return await self._connection.ask(heartbeats.every)

    async def put_heartbeat_token(self, probe: str, token: str) -> None:
        """Remember the token that was made for a probe."""
        await self._connection.commit(heartbeats.put, probe, token)

    async def rules(self) -> list[Rule]:
        """In the order in which they were planned."""
        return await self._connection.ask(rules.every)

    async def put_rule(self, rule: Rule) -> None:
        await self._connection.commit(rules.put, rule)

    async def drop_rule(self, rule: str) -> None:
        await self._connection.commit(rules.drop, rule)

    async def forget_answers(self, before: Instant) -> None:
        """Forget what was answered before an instant."""
        await self._connection.commit(answers.forget, before)
