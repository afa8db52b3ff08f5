"""All keys in memory, so that judging one asks nothing of the store."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from monitor.core.keys import LIVE, RANDOM_BYTES, TEST, digest, key_text, last_four
from monitor.core.model import MINUTE, Duration
from monitor.core.ports import Clock, Registry, StoreRefused
from monitor.core.subscribing import Key, Scope


class Keyring:
    """Finds, makes and revokes keys. What a change says is written down before it holds."""

    def __init__(self, registry: Registry, clock: Clock, keys: Iterable[Key] = ()) -> None:
        self._registry = registry
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._ids: dict[str, str] = {}  # by digest
        self._writing = asyncio.Lock()  # no change may be written over by one that was begun before it
        for key in keys:
            self._keep(key)

    def all(self) -> list[Key]:
        """Oldest first, with those that are valid no more."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def find(self, text: str) -> Key | None:
        """The key with this text, valid or not."""
        wanted = digest(text)
        key = self._keys.get(self._ids.get(wanted, ""))
        return key if key is not None and hmac.compare_digest(key.digest, wanted) else None

    def revoked(self, key_id: str) -> bool:
        """Whether a key of this id was revoked; the operator's is none."""
        key = self._keys.get(key_id)
        return key is not None and key.revoked_at is not None

    async def create(
        self, name: str, scopes: Sequence[Scope], *, test: bool, lifetime: Duration | None
    ) -> tuple[Key, str]:
        """A new key and its text, which nobody can ever see again.

        Raises:
            StoreRefused: there is no such key.
        """
        text = key_text(TEST if test else LIVE, secrets.token_bytes(RANDOM_BYTES))
        now = self._clock.now()
        key = Key(
            id=f"key_{secrets.token_hex(8)}",
            name=name,
            digest=digest(text),
            prefix=TEST if test else LIVE,
            last_four=last_four(text),
            scopes=tuple(scopes),
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
        )
        async with self._writing:
            await self._registry.put_key(key)
            self._keep(key)
        return key, text

    async def revoke(self, key_id: str) -> bool:
        """Whether there is such a key; it is valid no more, and a revoked one stays as it was.

        Raises:
            StoreRefused: the key is as valid as before.
        """
        async with self._writing:
            key = self._keys.get(key_id)
            if key is not None and key.revoked_at is None:
                now = self._clock.now()
                await self._registry.put_key(replace(key, revoked_at=now))
                self._keep(replace(self._keys[key_id], revoked_at=now))
            return key is not None

    async def note_use(self, key: Key) -> None:
        """Remember that a key was used, once a minute at most; a store that refuses keeps nobody out."""
        now, last = self._clock.now(), self._keys[key.id].last_used_at
        if last is not None and 0 <= now - last < MINUTE:
            return
        self._keep(replace(self._keys[key.id], last_used_at=now))
        async with self._writing:
            with suppress(StoreRefused):
                await self._registry.put_key(self._keys[key.id])

    def _keep(self, key: Key) -> None:
        self._keys[key.id] = key
        self._ids[key.digest] = key.id
