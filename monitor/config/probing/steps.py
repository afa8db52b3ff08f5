"""A transaction: HTTP requests one after the other, each with what the ones before it saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from monitor.config import addresses, grammar
from monitor.config.block import Block
from monitor.config.faults import BadValue, quoted
from monitor.config.kinds import Duration, Flag, Id, text_schema
from monitor.config.probing.answers import Expect, Until
from monitor.config.probing.http import Http
from monitor.core.model import SECOND
from monitor.probers import settings
from monitor.probers.steps.templates import CALLBACK_URL, VARIABLE

VARIABLE_NAME = "[A-Za-z_][A-Za-z0-9_-]*"
EVERY = SECOND


def _url(value: object) -> str:
    """A URL in which variables stand for what is not known yet; one at its beginning may stand for all of it."""
    if not isinstance(value, str):
        return addresses.url(value)
    filled = VARIABLE.sub("1", value)
    addresses.url(f"https://{filled}" if VARIABLE.match(value) else filled)
    return value


def _variable(value: object) -> str:
    if not isinstance(value, str) or not VARIABLE.fullmatch(f"{{{{{value}}}}}"):
        raise BadValue("a variable's name is made of letters, digits, _ and -, and does not begin with a digit")
    if value == CALLBACK_URL:
        raise BadValue(f"{CALLBACK_URL} is where a step awaits its callback; save this under another name")
    return value


def _source(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue(f"{quoted(value)} is neither a JSONPath such as $.id nor the name of a header")
    return grammar.json_path(value) if value.startswith("$") else grammar.header_name(value)


Variable = Annotated[
    str, BeforeValidator(_variable), WithJsonSchema({"type": "string", "pattern": f"^{VARIABLE_NAME}$"})
]
Source = Annotated[str, BeforeValidator(_source)]


class StepHttp(Http):
    """In the texts of the request {{name}} stands for what was saved as `name`."""

    url: Annotated[str, BeforeValidator(_url), text_schema(r"(https?://|\{\{).+")] = Field(
        description="The URL to ask; as in all texts of the request, {{name}} stands for what was saved as name."
    )


class Step(Block):
    name: Id = Field(description="What the step is called in all that is told of it.")
    http: StepHttp = Field(description="The request: a URL, or a mapping.")
    expect: Expect = Field(default=Expect(), description="What the answer must be like.")
    save: dict[Variable, Source] = Field(
        default={}, description="Variable to what is saved of the answer: a JSONPath, or the name of a header."
    )
    until: Until | None = Field(default=None, description="Ask again until the answer is like this, too.")
    every: Duration | None = Field(default=None, description="Time from one asking to the next; 1s unless given.")
    longest: Duration | None = Field(default=None, alias="for", description="How long to ask for, at most.")
    await_callback: Duration | None = Field(
        default=None, description="How long to wait for a post to {{callback_url}}, which the request hands out."
    )
    always: Flag = Field(default=False, description="Whether it cleans up: it runs also after another step failed.")

    def built(self) -> settings.Step:
        return settings.Step(
            name=self.name,
            http=self.http.target(),
            expect=self._expected(),
            save=self.save,
            poll=self._poll(),
            await_callback=self.await_callback,
            always=self.always,
        )

    def _expected(self) -> settings.Expect:
        """While we ask again, only a status that is written down can be wrong."""
        built = self.expect.built()
        if self.until is None or "status" in self.expect.model_fields_set:
            return built
        return replace(built, status=())

    def _poll(self) -> settings.Poll | None:
        if self.until is None or self.longest is None:
            return None
        every = self.every or min(EVERY, self.longest)
        return settings.Poll(until=self.until.built(), every=every, longest=self.longest)


def transaction(steps: Iterable[Step]) -> settings.Transaction:
    return settings.Transaction(tuple(step.built() for step in steps))
