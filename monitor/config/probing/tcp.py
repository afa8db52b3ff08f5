"""A connection, and what is said on it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, Field

from monitor.config import shapes
from monitor.config.block import Block
from monitor.config.faults import Found, Place
from monitor.config.kinds import Address, Flag, RegularExpression, Text
from monitor.config.probing.choice import one_of
from monitor.config.probing.kind import Kind
from monitor.config.probing.trust import Trust
from monitor.probers import settings


class Turn(Block):
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    send: Text | None = Field(default=None, description="What we send.")
    expect: RegularExpression | None = Field(
        default=None, description="A regular expression to be found in what came since the last turn."
    )
    starttls: Flag = Field(default=False, description="Go on encrypted.")

    def built(self) -> settings.Line:
        return settings.Line(send=self.send, expect=self.expect, starttls=self.starttls)


TURNS = tuple(Turn.model_fields)


class Tcp(Kind):
    short = "address"
    expects = ("certificate_days",)
    remedy = "have {starttls: true} in a dialogue"

    address: Address = Field(description="Host and port to connect to.")
    send: Text | None = Field(default=None, description="What we send once connected.")
    expect: RegularExpression | None = Field(
        default=None, description="A regular expression to be found in what comes back."
    )
    dialogue: list[Turn] = Field(
        default=[], min_length=1, description="Turns of send, expect and starttls, where there are more of them."
    )
    tls: Trust = Field(default=Trust(), description="After starttls: whom to trust, and a certificate of ours.")

    def target(self) -> settings.TcpTarget:
        host, port = self.address
        said = [Turn(send=self.send)] if self.send is not None else []
        heard = [Turn(expect=self.expect)] if self.expect is not None else []
        dialogue = tuple(turn.built() for turn in self.dialogue or [*said, *heard])
        return settings.TcpTarget(host=host, port=port, dialogue=dialogue, trust=self.tls.built())

    @classmethod
    def contradictions(cls, place: Place, asked: Mapping[str, object]) -> Found:
        turns = shapes.blocks(asked, "dialogue")
        for key in ("send", "expect"):
            if key in asked and "dialogue" in asked:
                yield (*place, key), f"dialogue is given as well; make {key} a turn of it"
        for at, turn in turns:
            yield from one_of((*place, *at), turn, TURNS, (), "make a turn of each")
            if turn.get("starttls") is False:
                yield (*place, *at, "starttls"), "this is no turn; write starttls: true, or remove it"
        for at, _ in [(at, turn) for at, turn in turns if "starttls" in turn][1:]:
            yield (*place, *at, "starttls"), "the dialogue is encrypted already; remove this"

    @classmethod
    def encrypted(cls, asked: Mapping[str, object]) -> bool:
        return any("starttls" in turn for _, turn in shapes.blocks(asked, "dialogue"))
