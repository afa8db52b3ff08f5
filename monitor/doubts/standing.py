"""What is known of one reference: whether it may be relied on."""

from __future__ import annotations

import logging
from typing import NamedTuple

log = logging.getLogger(__name__)

REFUTED = 3  # looks in a row that it left unanswered while others answered: it is dead, not our network


class Reference(NamedTuple):
    """An address that something listens on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"


class Standing:
    """Of a reference that was just named.

    One that has not answered since then, or that is dead while others answer, is ignored: it would make every outage
    look like ours.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._answered: bool | None = None  # the latest look; None: it was not asked
        self._proven = False
        self._refuted = 0

    @property
    def relied_on(self) -> bool:
        return self._proven and self._refuted < REFUTED

    def note(self, answered: bool, *, others: bool) -> None:
        """It was asked, and answered or not.

        Args:
            others: something else was heard since the look before.
        """
        if answered:
            self._answer()
        elif not self._proven:
            self._tell_once("reference %s does not answer; it is ignored until it does")
        else:
            self._miss(others=others)
        self._answered = answered

    def _answer(self) -> None:
        if self._answered is False:
            log.info("reference %s answers %s", self._reference, "again" if self._proven else "now")
        self._proven, self._refuted = True, 0

    def _miss(self, *, others: bool) -> None:
        self._tell_once("reference %s does not answer any more")
        if self._answered is False and others and self.relied_on:
            self._refuted += 1
            if not self.relied_on:
                log.warning("reference %s is ignored until it answers, as others do", self._reference)

    def _tell_once(self, words: str) -> None:
        if self._answered is not False:
            log.warning(words, self._reference)
