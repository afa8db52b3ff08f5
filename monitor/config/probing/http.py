"""One HTTP request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from monitor.config import shapes
from monitor.config.block import SecretBlock
from monitor.config.faults import Found, Place
from monitor.config.kinds import FieldValue, Flag, Headers, Json, Method, Proxy, Size, Text, Url
from monitor.config.probing.answers import Expect
from monitor.config.probing.auth import Auth, auth_contradictions
from monitor.config.probing.kind import Kind, begins
from monitor.config.probing.trust import Trust
from monitor.probers.settings import MEBIBYTE, HttpTarget

BODILESS = ("GET", "HEAD")
CONTENTS = ("json", "form", "body")

_ONE_CONTENT = [{"required": pair} for pair in (["json", "form"], ["json", "body"], ["form", "body"])]


class Http(Kind, SecretBlock):
    short = "url"
    expects = tuple(field.alias or name for name, field in Expect.model_fields.items())
    remedy = "begin the URL with https://"
    in_files = frozenset({"body"})

    url: Url = Field(description="The URL to ask.")
    method: Method = Field(default="GET", description="The request method.")
    headers: Headers = Field(default={}, description="Request headers; NAME_file reads one from a file.")
    query: dict[str, FieldValue] = Field(default={}, description="Query parameters; NAME_file reads one from a file.")
    json_body: Json = Field(default=None, alias="json", description="The request body, sent as JSON.")
    form: dict[str, FieldValue] | None = Field(
        default=None, description="A form to send; NAME_file reads a field from a file."
    )
    body: Text | None = Field(default=None, description="The request body as it is.")
    follow_redirects: Flag = Field(default=True, description="Whether to follow redirects, at most 5.")
    max_body: Size = Field(default=MEBIBYTE, description="Where the answer's body is cut: bytes, 512KiB or 1MiB.")
    auth: Auth | None = Field(default=None, description="How to prove who asks: bearer, basic or oauth2.")
    tls: Trust = Field(default=Trust(), description="Whom to trust, and a certificate of ours.")
    proxy: Proxy | None = Field(default=None, description="A proxy, such as http://user:password@host:3128.")

    def target(self) -> HttpTarget:
        has_json = "json_body" in self.model_fields_set  # null is JSON, too
        return HttpTarget(
            url=self.url,
            method=self.method,
            headers=self.headers,
            query=self.query,
            json=json.dumps(self.json_body) if has_json else None,
            form=self.form,
            body=self.body,
            follow_redirects=self.follow_redirects,
            max_body=self.max_body,
            auth=None if self.auth is None else self.auth.built(),
            trust=self.tls.built(),
            proxy=self.proxy,
        )

    @classmethod
    def contradictions(cls, place: Place, asked: Mapping[str, object]) -> Found:
        yield from _contents(place, asked)
        yield from auth_contradictions(place, asked)

    @classmethod
    def encrypted(cls, asked: Mapping[str, object]) -> bool:
        return not begins(asked.get("url"), "http://")

    @classmethod
    def needs_trust(cls, asked: Mapping[str, object]) -> bool:
        oauth2 = shapes.mapping(shapes.mapping(asked.get("auth")).get("oauth2"))
        return cls.encrypted(asked) or begins(oauth2.get("token_url"), "https://")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        schema["oneOf"][1]["not"] = {"anyOf": _ONE_CONTENT}
        return schema


def _contents(place: Place, asked: Mapping[str, object]) -> Found:
    given = [key for key in asked if key in CONTENTS]
    for key in given[1:]:
        yield (*place, key), f"{given[0]} is given as well; a request has one of json, form and body"
    method = asked.get("method", "GET")
    if given and method in BODILESS:
        yield (*place, given[0]), f"a {method} sends no body; set method: POST, or remove this"
