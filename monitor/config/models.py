"""The shape of probes.yaml. A new section is a new block and one more field of `File`."""

from __future__ import annotations

from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from monitor.config.alerting import Alert
from monitor.config.block import Block
from monitor.config.faults import BadValue
from monitor.config.kinds import (
    Duration,
    FieldValue,
    Flag,
    HeaderName,
    Headers,
    Id,
    Instant,
    Json,
    JsonExpectation,
    JsonPath,
    Line,
    Method,
    Network,
    RegularExpression,
    Size,
    Statuses,
    Text,
    Url,
    Whole,
)
from monitor.core.model import MINUTE
from monitor.probers.settings import MEBIBYTE

_ONE_CONTENT = [{"required": pair} for pair in (["json", "form"], ["json", "body"], ["form", "body"])]


class Page(Block):
    name: Line = Field(default="JustKalm", description="What the page is called.")
    url: Url = Field(default="https://status.justkalm.com", description="Where visitors find the page.")


class Timing(Block):
    """What a probe takes from `defaults` unless it says otherwise."""

    interval: Duration | None = Field(default=None, description="Time from one run to the next; 30s unless given.")
    timeout: Duration | None = Field(default=None, description="Longest that a run may take; 10s unless given.")
    failure_threshold: Whole | None = Field(
        default=None, description="Failures in a row until it is down; 3 unless given."
    )
    success_threshold: Whole | None = Field(
        default=None, description="Passes in a row until it is up; 2 unless given."
    )
    recheck_interval: Duration | None = Field(
        default=None,
        description="Time to the next run while a failure is unconfirmed; 5s, at most the interval, unless given.",
    )
    slow_after: Duration | None = Field(
        default=None, description="Latency above which a run is slow; 1s, at most half the timeout, unless given."
    )


class Defaults(Timing):
    resolve_after: Duration = Field(
        default=2 * MINUTE, description="How long all must be well until an incident ends; 2m."
    )


class Http(Block):
    url: Url = Field(description="The URL to ask.")
    method: Method = Field(default="GET", description="The request method.")
    headers: Headers = Field(default={}, description="Request headers; NAME_file reads one from a file.")
    query: dict[str, FieldValue] = Field(default={}, description="Query parameters; NAME_file reads one from a file.")
    json_body: Json = Field(default=None, alias="json", description="The request body, sent as JSON.")
    form: dict[str, FieldValue] | None = Field(
        default=None, description="A form to send; NAME_file reads a field from a file."
    )
    body: Text | None = Field(default=None, description="The request body as it is.")
    # Read before the models come in, as `body`; it stands here for editors.
    body_file: Text | None = Field(default=None, description="A file that holds the request body.")
    follow_redirects: Flag = Field(default=True, description="Whether to follow redirects, at most 5.")
    max_body: Size = Field(default=MEBIBYTE, description="Where the answer's body is cut: bytes, 512KiB or 1MiB.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"url": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        long_form = handler(core_schema) | {"not": {"anyOf": _ONE_CONTENT}}
        return {"oneOf": [long_form["properties"]["url"], long_form]}


class BodyExpectation(Block):
    contains: Text | None = Field(default=None, description="Text that the body must contain.")
    matches: RegularExpression | None = Field(
        default=None, description="A regular expression to be found in the body."
    )

    @model_validator(mode="after")
    def _not_empty(self) -> BodyExpectation:
        if self.contains is None and self.matches is None:
            raise BadValue("this expects nothing; write contains or matches")
        return self


class Expect(Block):
    status: Statuses = Field(
        default=["2xx"], description="Codes and classes that are right: 200, 2xx, or a list of them."
    )
    json_values: dict[JsonPath, JsonExpectation] = Field(
        default={}, alias="json", description="JSONPath to a value, or to one operator such as {gt: 0}."
    )
    body: BodyExpectation | None = Field(default=None, description="What the body must be like.")
    headers: dict[HeaderName, RegularExpression] = Field(
        default={}, description="Header to a regular expression that the whole value must match."
    )
    certificate_days: Whole | None = Field(
        default=None, description="Days the certificate must still be valid, at least."
    )


class Probe(Timing):
    http: Http = Field(description="The request: a URL, or a mapping.")
    expect: Expect = Field(default=Expect(), description="What the answer must be like.")


class Component(Block):
    name: Line | None = Field(default=None, description="What visitors call it; the id unless given.")
    description: Line = Field(default="", description="One line about it.")
    depends_on: list[Id] = Field(default=[], description="Components without which this one cannot work.")
    probes: dict[Id, Probe] = Field(min_length=1, description="Probes by their id.")


class Window(Block):
    title: Line = Field(description="What is done.")
    components: list[Id] = Field(min_length=1, description="The components that are worked on.")
    starts: Instant = Field(description="When it begins, such as 2026-12-01T02:00:00Z.")
    ends: Instant = Field(description="When it is over.")

    @model_validator(mode="before")
    @classmethod
    def _one_off(cls, value: object) -> object:
        if isinstance(value, dict) and "cron" in value:
            raise BadValue("recurring windows (cron) are not supported by this version; give starts and ends")
        return value


class Webhooks(Block):
    allow_http: Flag = Field(default=False, description="Whether endpoints may be http://, too; false.")
    allow_networks: list[Network] = Field(
        default=[], description="Networks that are not public but may hold endpoints, such as 10.0.0.0/8."
    )


class Server(Block):
    trusted_proxies: list[Network] = Field(
        default=[], description="Networks of the proxies before us, whose X-Forwarded-For is believed."
    )


class File(Block):
    """Probes of JustKalm monitor."""

    page: Page = Field(default=Page(), description="The status page.")
    defaults: Defaults = Field(default=Defaults(), description="What probes are given that say nothing else.")
    components: dict[Id, Component] = Field(
        min_length=1, description="The parts that visitors know, in the order in which they are shown."
    )
    maintenance: list[Window] = Field(default=[], description="Planned windows, in which trouble is expected.")
    alerts: list[Alert] = Field(default=[], description="Who is told where they already look, and of what.")
    webhooks: Webhooks = Field(default=Webhooks(), description="Where webhooks may be sent.")
    server: Server = Field(default=Server(), description="What stands before the page and the API.")
