"""What all kinds of probe have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from monitor.config import shapes
from monitor.config.block import Block
from monitor.config.faults import Found, Place
from monitor.probers.settings import Target


class Kind(Block, ABC):
    """One way of asking. What is `asked` may have any shape: what is not as it should be has its own fault."""

    short: ClassVar[str]  # the key whose value a text alone is
    expects: ClassVar[tuple[str, ...]] = ()  # keys of `expect` that mean something here
    remedy: ClassVar[str] = ""  # what to do where nothing is encrypted, but should be

    @abstractmethod
    def target(self) -> Target:
        """What the probers are told."""

    @classmethod
    def written_out(cls, value: object) -> Mapping[str, object]:
        """The block with its short form written out."""
        return shapes.long_form(value, cls.short)

    @classmethod
    def contradictions(cls, _place: Place, _asked: Mapping[str, object]) -> Found:
        """What in the block contradicts something else in it."""
        return iter(())

    @classmethod
    def encrypted(cls, _asked: Mapping[str, object]) -> bool:
        """Whether TLS is spoken, so that there is a certificate."""
        return False

    @classmethod
    def needs_trust(cls, asked: Mapping[str, object]) -> bool:
        """Whether it matters whom we trust."""
        return cls.encrypted(asked)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {cls.short: value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        long_form = super().__get_pydantic_json_schema__(core_schema, handler)
        return {"oneOf": [long_form["properties"][cls.short], long_form]}


def begins(url: object, scheme: str) -> bool:
    """Whether this is a URL of such a scheme, as "https://"."""
    return isinstance(url, str) and url.lower().startswith(scheme)
