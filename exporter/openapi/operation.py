"""The words in which endpoints are described: what they take, what they answer, and what may be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

from exporter.openapi.schema import Schema, ref, text
from exporter.problems import CONTENT_TYPE
from exporter.rendering import JSON
from monitor.core.subscribing import Scope

Described: TypeAlias = dict[str, object]
Contents: TypeAlias = dict[str, object]  # by media type
Answers: TypeAlias = Mapping[int, tuple[str, Contents]]  # by status: what it means, and what it holds

NOTHING: Contents = {}
HTML: Contents = {"text/html": {"schema": text()}}

# What may be wrong with any request of a kind is described once.
KEYED = {401: "Unauthorized", 403: "Forbidden", 429: "TooMany"}
WITH_BODY = {400: "BadRequest", 408: "TooSlow", 413: "TooLarge"}
STORED = {503: "Unavailable"}
ANY = {500: "OurFault"}

TAGGED = {"ETag": {"$ref": "#/components/headers/ETag"}, "Cache-Control": {"$ref": "#/components/headers/Cache"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Endpoints that belong together, by method and path, with their documents.

    Every document that is sent or answered by its name has an example of the same name.
    """

    name: str
    says: str
    operations: Mapping[tuple[str, str], Described]
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    examples: Mapping[str, object] = field(default_factory=dict)
    webhooks: Mapping[str, Described] = field(default_factory=dict)


def document(name: str, example: object = None) -> Contents:
    """A document that is described under its name, with its example or, where that would not fit, another."""
    shown = {"$ref": f"#/components/examples/{name}"} if example is None else {"value": example}
    return {JSON: {"schema": ref(name), "examples": {name: shown}}}


def plain(media_type: str, example: str | None = None) -> Contents:
    """Text of some format that is no concern of ours."""
    return {media_type: {"schema": text(), **({"example": example} if example else {})}}


def in_path(name: str, says: str, example: str, **more: str) -> Described:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": says,
        "schema": text(**more),
        "example": example,
    }


def in_query(name: str, says: str, schema: Schema) -> Described:
    return {"name": name, "in": "query", "description": says, "schema": schema}


def shared(name: str) -> Described:
    """A parameter that several endpoints take."""
    return {"$ref": f"#/components/parameters/{name}"}


PAGED = (shared("Limit"), shared("Cursor"))


def public(
    name: str,
    summary: str,
    contents: Contents,
    *,
    says: str = "",
    parameters: Sequence[Described] = (),
    answers: Answers | None = None,
    wrong: Mapping[int, str] | None = None,
) -> Described:
    """A GET for everybody, answered with a tag, or 304 to who sends it back."""
    answered = {"200": {"description": "As it is now.", "headers": TAGGED, "content": contents}}
    return described(
        name,
        summary,
        answers or {},
        says=says,
        parameters=[*parameters, shared("IfNoneMatch")],
        responses=answered | {"304": {"$ref": "#/components/responses/NotModified"}},
        wrong=wrong,
    )


def keyed(
    scope: Scope,
    name: str,
    summary: str,
    answers: Answers,
    *,
    says: str = "",
    parameters: Sequence[Described] = (),
    takes: str | None = None,
    must: bool = True,
    wrong: Mapping[int, str] | None = None,
) -> Described:
    """A call that takes a key with a scope.

    Args:
        takes: the name of the document in its body.
        must: whether there must be a body.
    """
    body = {"requestBody": {"required": must, "content": document(takes)}} if takes else {}
    made = described(
        name, summary, answers, says=says, parameters=parameters, wrong=wrong, usual=KEYED | STORED | WITH_BODY
    )
    return made | body | {"security": [{"key": [str(scope)]}]}


def described(
    name: str,
    summary: str,
    answers: Answers,
    *,
    says: str = "",
    parameters: Sequence[Described] = (),
    responses: Mapping[str, object] | None = None,
    wrong: Mapping[int, str] | None = None,
    usual: Mapping[int, str] | None = None,
) -> Described:
    """Any endpoint.

    Args:
        name: what clients that are made from the description call it.
        responses: answers that are described in full already.
        wrong: by status, what may be wrong with this very call.
        usual: by status, the shared responses that it may get.
    """
    told = {str(status): _answer(*answer) for status, answer in answers.items()}
    own = {str(status): problem(detail) for status, detail in (wrong or {}).items()}
    others = {str(status): _shared(response) for status, response in {**(usual or {}), **ANY}.items()}
    return {
        "operationId": name,
        "summary": summary,
        **({"description": says} if says else {}),
        **({"parameters": list(parameters)} if parameters else {}),
        "responses": dict(sorted({**others, **(responses or {}), **told, **own}.items())),
    }


def problem(says: str, headers: Mapping[str, object] | None = None) -> Described:
    """An answer to what went wrong; each is a problem document."""
    content = {CONTENT_TYPE: {"schema": ref("Problem")}}
    return {"description": says, **({"headers": dict(headers)} if headers else {}), "content": content}


def phrase(status: str) -> str:
    """201 → Created."""
    return HTTPStatus(int(status)).phrase


def _answer(says: str, contents: Contents) -> Described:
    return {"description": says, **({"content": contents} if contents else {})}


def _shared(response: str) -> Described:
    return {"$ref": f"#/components/responses/{response}"}
