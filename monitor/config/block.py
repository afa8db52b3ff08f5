"""What all blocks of the file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A mapping with keys of its own; any other key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)
