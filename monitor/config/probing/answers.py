"""What an answer must be like."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field, model_validator

from monitor.config.block import Block
from monitor.config.faults import BadValue
from monitor.config.kinds import HeaderName, JsonExpectation, JsonPath, RegularExpression, Statuses, Text, Whole
from monitor.probers import settings


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


class Answer(Block):
    """Whatever can be asked of any answer."""

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

    def built(self) -> settings.Expect:
        body = self.body or BodyExpectation.model_construct()
        return settings.Expect(
            status=tuple(self.status),
            json=self.json_values,
            body_contains=body.contains,
            body_matches=body.matches,
            headers=self.headers,
        )


class Expect(Answer):
    certificate_days: Whole | None = Field(
        default=None, description="Days the certificate must still be valid, at least."
    )

    def built(self) -> settings.Expect:
        return replace(super().built(), certificate_days=self.certificate_days)


class Until(Answer):
    @model_validator(mode="after")
    def _not_empty(self) -> Until:
        if not self.model_fields_set:
            raise BadValue("this awaits nothing; write status, json, body or headers")
        return self
