"""A talk under TLS."""

from __future__ import annotations

import ssl
from contextlib import suppress

from monitor.probers.wire.talking import MOST_AT_ONCE, Talk


class Encrypted:
    """Implements Talk: hides another one from whoever listens.

    Args:
        hostname: whose certificate we want to see.
    """

    def __init__(self, talk: Talk, context: ssl.SSLContext, hostname: str) -> None:
        self._talk = talk
        self._theirs, self._ours = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._theirs, self._ours, server_hostname=hostname)
        self._secured = False

    @property
    def over(self) -> bool:
        return self._talk.over

    def begin(self) -> bytes:
        with suppress(ssl.SSLWantReadError):
            self._shake_hands()
        return self._ours.read()

    def hear(self, words: bytes) -> bytes:
        """As of any talk.

        Raises:
            ssl.SSLError: they do not speak TLS as we do, or we do not trust them.
            ConnectionResetError: they went away during the handshake.
        """
        if not words and not self._secured:
            raise ConnectionResetError
        self._theirs.write(words)
        with suppress(ssl.SSLWantReadError):
            self._go_on()
        if not words and not self._talk.over:  # without a goodbye
            self._talk.hear(b"")
        if self._talk.over:
            with suppress(ssl.SSLError):
                self._tls.unwrap()
        return self._ours.read()

    def _go_on(self) -> None:
        if not self._secured:
            self._shake_hands()
        while not self._talk.over:
            self._say(self._talk.hear(self._tls.read(MOST_AT_ONCE)))

    def _shake_hands(self) -> None:
        self._tls.do_handshake()
        self._secured = True
        self._say(self._talk.begin())

    def _say(self, words: bytes) -> None:
        if words:
            self._tls.write(words)
