"""A WebSocket: an upgrade, a message, and what must come back."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from monitor.config.kinds import Headers, RegularExpression, Text, WebsocketUrl
from monitor.config.probing.kind import Kind, begins
from monitor.config.probing.trust import Trust
from monitor.probers.settings import WebsocketTarget


class Websocket(Kind):
    short = "url"
    expects = ("certificate_days",)
    remedy = "begin the URL with wss://"

    url: WebsocketUrl = Field(description="The URL to connect to: ws:// or wss://.")
    headers: Headers = Field(default={}, description="Request headers; NAME_file reads one from a file.")
    send: Text | None = Field(default=None, description="A message to send once connected.")
    expect: RegularExpression | None = Field(
        default=None, description="A regular expression to be found in a message that comes back."
    )
    tls: Trust = Field(default=Trust(), description="Whom to trust, and a certificate of ours.")

    def target(self) -> WebsocketTarget:
        return WebsocketTarget(
            url=self.url, headers=self.headers, send=self.send, expect=self.expect, trust=self.tls.built()
        )

    @classmethod
    def encrypted(cls, asked: Mapping[str, object]) -> bool:
        return not begins(asked.get("url"), "ws://")
