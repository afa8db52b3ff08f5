"""The description as a page for people: what a template needs to know of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Template
from markupsafe import Markup

from exporter.openapi.fields import Row, rows
from exporter.openapi.operation import Described, phrase
from exporter.page.style import STYLE, STYLE_SOURCE
from exporter.templating import TEMPLATES, environment, style_source

DOCS_STYLE = (TEMPLATES / "docs.css").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src {STYLE_SOURCE} {style_source(DOCS_STYLE)}; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


LOCAL = "http://127.0.0.1:8080"


class Answer(NamedTuple):
    status: str
    phrase: str
    says: str
    formats: str
    schema: str  # its name; empty where it has none


class Endpoint(NamedTuple):
    """One endpoint or webhook; `scope` is empty where no key is needed."""

    anchor: str
    method: str
    path: str
    summary: str
    says: str
    scope: str
    parameters: list[Row]
    body: str  # the name of the schema of what it takes
    request: str  # an example
    answers: list[Answer]
    answer: str  # an example
    curl: str


def docs_page(description: Described) -> str:
    """HTML that needs nothing but itself."""
    return _template().render(_view(description))


def _view(description: Any) -> dict[str, object]:
    endpoints = list(_endpoints(description, description["paths"]))
    webhooks = list(_endpoints(description, description["webhooks"]))
    return {
        "description": description,
        "address": _address(description),
        "subjects": [(tag, [each for name, each in endpoints if name == tag["name"]]) for tag in description["tags"]],
        "webhooks": [each for _, each in webhooks],
        "schemas": [(name, schema, rows(schema)) for name, schema in description["components"]["schemas"].items()],
    }


def _address(description: Any) -> str:
    """Of the server; where nobody says it, the one that it has by itself."""
    [server] = description["servers"]
    return LOCAL if server["url"] == "/" else str(server["url"])


def _endpoints(description: Any, paths: Any) -> Iterator[tuple[str, Endpoint]]:
    """Each with the name of its subject."""
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield operation["tags"][0], _endpoint(_Resolving(description), method.upper(), path, operation)


class _Resolving:
    """Follows references to what several endpoints share."""

    def __init__(self, description: Any) -> None:
        self._description = description

    def __call__(self, node: Any) -> Any:
        if "$ref" not in node:
            return node
        found = self._description
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def example(self, contents: Any) -> Any:
        """The first example of the first format; None where there is none."""
        first: Any = next(iter(contents.values()), {})
        named = next(iter(first.get("examples", {}).values()), None)
        return self(named)["value"] if named else first.get("example")


def _endpoint(resolve: _Resolving, method: str, path: str, operation: Any) -> Endpoint:
    parameters = [resolve(each) for each in operation.get("parameters", ())]
    takes = operation.get("requestBody", {}).get("content", {})
    responses = {status: resolve(response) for status, response in operation["responses"].items()}
    wanted: Any = next((response for status, response in responses.items() if status.startswith("2")), {})
    request = resolve.example(takes)
    scope = "".join(operation["security"][0]["key"]) if "security" in operation else ""
    return Endpoint(
        anchor=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        says=operation.get("description", ""),
        scope=scope,
        parameters=[_parameter(each) for each in parameters],
        body=_schema_name(takes),
        request=_shown(request),
        answers=[_answer(status, response) for status, response in responses.items()],
        answer=_shown(resolve.example(wanted.get("content", {}))),
        curl=_curl(method, path, parameters, request, needs_key=bool(scope)),
    )


def _parameter(parameter: Any) -> Row:
    [row] = rows({"properties": {parameter["name"]: parameter["schema"]}})
    says = " ".join(filter(None, (parameter["description"], row.says)))
    return row._replace(place=parameter["in"], says=says)


def _answer(status: str, response: Any) -> Answer:
    contents = response.get("content", {})
    words = phrase(status) if status.isdigit() else ""
    return Answer(status, words, response["description"], ", ".join(contents), _schema_name(contents))


def _schema_name(contents: Any) -> str:
    first: Any = next(iter(contents.values()), {})
    return str(first.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _shown(example: Any) -> str:
    if example is None or isinstance(example, str):
        return example or ""
    return json.dumps(example, indent=2, ensure_ascii=False)


def _curl(method: str, path: str, parameters: list[Any], request: Any, *, needs_key: bool) -> str:
    for parameter in parameters:
        path = path.replace(f"{{{parameter['name']}}}", str(parameter.get("example")))
    words = ["curl", *(["-X", method] if method != "GET" else []), f'"$STATUS{path}"']
    if needs_key:
        words.append('-H "Authorization: Bearer $KEY"')
    if request is not None:
        words.append(f"-H 'Content-Type: application/json' -d '{_shown(request)}'")
    return " ".join(words)


@cache  # compiled when it is first asked for: a start need not wait for it
def _template() -> Template:
    return environment(style=Markup(STYLE), docs_style=Markup(DOCS_STYLE)).get_template("docs.html")
