"""The TCP prober: a connection, and a dialogue on it."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence
from typing import TypeAlias

from monitor.probers.dialogues.conversation import Conversation
from monitor.probers.dialogues.one_hop import OneHop
from monitor.probers.run import Finding
from monitor.probers.settings import Line, ProbeSettings, TcpTarget
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.certificate import Certificate, believed
from monitor.probers.wire.connecting import dialled
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.sockets import watched
from monitor.probers.wire.trust import believing

Turn: TypeAlias = tuple[Line, re.Pattern[str] | None]


class TcpInquiry:
    """Each run is one connection, on which the whole dialogue is held."""

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, TcpTarget)
        self._target = settings.target
        self._network = around.network
        self._route = around.network.route(settings.target.trust, http=False)
        self._dialogue = [(line, _pattern(line)) for line in settings.target.dialogue]
        self._one_hop = OneHop(settings, around, self._look)

    async def find(self, deadline: int) -> Finding:
        talk = self._talk()
        failure = await self._one_hop.failure(talk.turns.hop, self._converse(talk), deadline, talk.amiss)
        return await self._one_hop.finding(failure, talk.turns.hops, deadline, {"body": talk.heard})

    def _talk(self) -> Conversation:
        host, port = self._target.host, self._target.port
        return Conversation(Hop(f"tcp://{host}:{port}", host))

    async def _converse(self, talk: Conversation) -> None:
        await self._connect(talk, self._target.host)
        try:
            await self._speak(talk, self._dialogue, self._route.context())
        finally:
            talk.close()

    async def _connect(self, talk: Conversation, host: str) -> None:
        connected = await dialled(self._network, host, self._target.port)
        talk.turns.begin_connected()
        await asyncio.get_running_loop().create_connection(lambda: talk, sock=connected)

    async def _speak(self, talk: Conversation, dialogue: Sequence[Turn], context: ssl.SSLContext) -> None:
        for line, pattern in dialogue:
            if pattern is not None:
                await talk.hear(pattern)
            elif line.send is not None:
                await talk.send(line.send)
            else:
                await talk.encrypt(context, self._target.host, self._target.port)

    async def _look(self, hop: Hop) -> Certificate | None:
        """The certificate shown after STARTTLS: the dialogue up to there once more, believing everything."""
        assert hop.peer is not None
        until = next(count for count, (line, _) in enumerate(self._dialogue, start=1) if line.starttls)
        talk = self._talk()
        with watched(talk.turns.hop):
            await self._connect(talk, hop.peer[0])
            try:
                await self._speak(talk, self._dialogue[:until], believing(self._target.trust))
                return believed(talk.ssl_object) if talk.ssl_object else None
            finally:
                talk.close()


def _pattern(line: Line) -> re.Pattern[str] | None:
    return None if line.expect is None else re.compile(line.expect)
