"""What all blocks of the file have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Block(BaseModel):
    """A mapping with keys of its own; any other key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretBlock(Block):
    """A block of which some values may stand in files: NAME_file is read before the models come in."""

    in_files: ClassVar[frozenset[str]]

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Editors are told of the files, too."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        keys, required = schema["properties"], schema.get("required", [])
        filed = [key for key in keys if key in cls.in_files]
        files = {f"{key}_file": {"description": f"A file that holds the {key}.", "type": "string"} for key in filed}
        return {
            **schema,
            "properties": keys | files,
            "required": [key for key in required if key not in filed],
            "allOf": [_either(key, f"{key}_file", required=key in required) for key in filed],
        }


def _either(key: str, file: str, *, required: bool) -> dict[str, Any]:
    if required:
        return {"oneOf": [{"required": [key]}, {"required": [file]}]}
    return {"not": {"required": [key, file]}}
