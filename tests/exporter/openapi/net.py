"""A net under the tests of the server: every answer that a client gets is held against the description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from exporter.openapi.description import description
from exporter.problems import CONTENT_TYPE

API = "/api/"
HERE = "urn:description"
STREAM = "text/event-stream"

# Where nothing is described, nothing is; and who asks which methods there are is told.
OUTSIDE = {404: CONTENT_TYPE, 405: CONTENT_TYPE, 204: ""}

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class Escaped(AssertionError):
    """An answer is not as described."""


class Net:
    """The description, with its documents closed: what it does not know, the server must not tell."""

    def __init__(self) -> None:
        described: Any = json.loads(json.dumps(description()))
        _close(described)
        self._paths: Mapping[str, Any] = described["paths"]
        self._shared: Mapping[str, Any] = described["components"]
        self._patterns = [(_pattern(path), path) for path in self._paths]
        resource = Resource.from_contents(described, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(HERE, resource)
        self._validators: dict[str, Draft202012Validator] = {}

    def check(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes | None = None
    ) -> None:
        """Raises Escaped for an answer that is not described; without its body, its content is not looked at."""
        where, media_type = f"{method} {path}: {status}", headers.get("Content-Type", "").partition(";")[0]
        response = self._response(method, path, status)
        if response is None:
            _demand(OUTSIDE.get(status) == media_type, f"{where} is not described, and yet something is there")
            return
        lacking = [name for name, header in self._headers(response) if header.get("required") and name not in headers]
        _demand(not lacking, f"{where} lacks {', '.join(lacking)}")
        contents = response.get("content", {})
        _demand(media_type in (contents or ("",)), f"{where} is not described as {media_type!r}")
        if body and "json" in media_type and "$ref" in contents[media_type]["schema"]:
            self.validate(contents[media_type]["schema"]["$ref"].rpartition("/")[2], json.loads(body), where)

    def validate(self, schema: str, document: object, where: str = "") -> None:
        """Raises Escaped where a document is not as the schema of that name has it."""
        error = next(self._validator(schema).iter_errors(document), None)
        if error is not None:
            raise Escaped(f"{where} {schema}: at {error.json_path}: {error.message}")

    def _response(self, method: str, path: str, status: int) -> Any:
        """As it is described; None where nothing is."""
        verb = "get" if method == "HEAD" else method.lower()
        for pattern, described in self._patterns:
            operation = self._paths[described].get(verb)
            if operation is not None and pattern.fullmatch(path):
                found = operation["responses"].get(str(status))
                _demand(found is not None, f"{method} {path} is not described to answer {status}")
                return self._resolved("responses", found)
        return None

    def _headers(self, response: Any) -> Iterator[tuple[str, Any]]:
        for name, header in response.get("headers", {}).items():
            yield name, self._resolved("headers", header)

    def _resolved(self, sort: str, part: Any) -> Any:
        return self._shared[sort][part["$ref"].rpartition("/")[2]] if "$ref" in part else part

    def _validator(self, schema: str) -> Draft202012Validator:
        if schema not in self._validators:
            self._validators[schema] = Draft202012Validator(
                {"$ref": f"{HERE}#/components/schemas/{schema}"}, registry=self._registry, format_checker=FORMATS
            )
        return self._validators[schema]


async def watched(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """For a client: each answer falls into the net first. A stream ends with its listener, so its body is let be."""
    response = await handler(request)
    body = None if response.content_type == STREAM else await response.read()
    NET.check(request.method, request.url.raw_path, response.status, response.headers, body)
    return response


async def watched_api(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """The same for one of the operator, whose own endpoints nobody else needs described."""
    return await (watched(request, handler) if request.url.raw_path.startswith(API) else handler(request))


def _demand(true: bool, otherwise: str) -> None:
    if not true:
        raise Escaped(otherwise)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(path)))


def _close(described: Any) -> None:
    for record in _records(described["components"]["schemas"]):
        record.setdefault("additionalProperties", False)


def _records(schema: Any) -> Iterator[Any]:
    """All objects in a schema."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        if "properties" in schema and "required" in schema:
            yield schema
        for part in schema.values():
            yield from _records(part)


NET = Net()
