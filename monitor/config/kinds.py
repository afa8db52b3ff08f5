"""The kinds of value a config holds: how each is read, and how an editor is told of it."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.config import addresses, grammar, operators, units
from monitor.config.faults import BadValue, quoted
from monitor.core.model import DAY
from monitor.recurrence import check_cron, check_timezone

LEAST_KEPT = 2 * DAY  # a day of latencies is shown, whatever is forgotten

_VARIABLE = {"type": "string", "pattern": r"^\$\{.+\}$"}  # any value may come from the environment


def text_schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": rf"^({pattern}|.*\$\{{.+\}}.*)$"})


def value_schema(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"oneOf": [schema, _VARIABLE]})


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise BadValue("this must be text")
    shown = json.dumps(value)
    raise BadValue(f'{shown} is not text; write "{shown}"')


def _line(value: object) -> str:
    """Text that people see: on one line, and not blank."""
    text = _text(value).strip()
    if not text:
        raise BadValue("this is blank; write something")
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise BadValue("this holds a line break or control character; keep it to one line")
    return text


def whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(f"{quoted(value)} is not a whole number; write one such as 3")
    if value < 1:
        raise BadValue(f"{value} is too small; write at least 1")
    return value


def _port(value: object) -> int:
    port = whole(value)
    if port > addresses.HIGHEST_PORT:
        raise BadValue(f"{port} is not a port; write a number from 1 to {addresses.HIGHEST_PORT}")
    return port


def _objective(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadValue(f"{quoted(value)} is not a percentage; write a number such as 99.9")
    if not 0 < value < 100:
        raise BadValue(f"{value} is out of range; write a number above 0 and below 100, such as 99.9")
    return float(value)


def _keep(length: int) -> int:
    if length < LEAST_KEPT:
        raise BadValue(f"{units.shown(length)} is too short; write at least {units.shown(LEAST_KEPT)}")
    return length


def _cron(value: object) -> str:
    cron = _line(value)
    check_cron(cron)
    return cron


def _timezone(value: object) -> str:
    name = _line(value)
    check_timezone(name)
    return name


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _distinct(headers: dict[str, str]) -> dict[str, str]:
    seen: set[str] = set()
    for name in headers:
        if name.lower() in seen:
            raise BadValue(f"{name} is given twice, with other capitals; keep one")
        seen.add(name.lower())
    return headers


Text = Annotated[str, BeforeValidator(_text)]
Line = Annotated[str, BeforeValidator(_line)]
Whole = Annotated[int, BeforeValidator(whole), value_schema({"type": "integer", "minimum": 1})]
Flag = Annotated[bool, BeforeValidator(operators.flag), value_schema({"type": "boolean"})]
Json = Annotated[Any, BeforeValidator(operators.json_value)]

Duration = Annotated[int, BeforeValidator(units.duration), text_schema(units.DURATION)]
Instant = Annotated[int, BeforeValidator(units.instant), text_schema(units.INSTANT)]
_SIZES = {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{units.SIZE}$"}]}
Size = Annotated[int, BeforeValidator(units.size), value_schema(_SIZES)]

Keep = Annotated[int, BeforeValidator(units.duration), AfterValidator(_keep), text_schema(units.DURATION)]
Room = Annotated[int, BeforeValidator(units.room), text_schema(units.ROOM)]

_PERCENT = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}
Objective = Annotated[float, BeforeValidator(_objective), value_schema(_PERCENT)]
Cron = Annotated[str, BeforeValidator(_cron), text_schema(r"\s*\S+(\s+\S+){4}\s*")]
Timezone = Annotated[str, BeforeValidator(_timezone), text_schema("[A-Za-z0-9_+/-]+")]

Id = Annotated[
    str, BeforeValidator(grammar.identifier), WithJsonSchema({"type": "string", "pattern": f"^{grammar.ID}$"})
]
Url = Annotated[str, BeforeValidator(addresses.url), text_schema("https?://.+")]
BaseUrl = Annotated[str, BeforeValidator(addresses.base_url), text_schema("https?://[^?#]+")]
WebsocketUrl = Annotated[str, BeforeValidator(addresses.websocket_url), text_schema("wss?://.+")]
Proxy = Annotated[str, BeforeValidator(addresses.proxy), text_schema("http://.+:[0-9]+/?")]
Host = Annotated[str, BeforeValidator(addresses.host)]
_PORTS = {"type": "integer", "minimum": 1, "maximum": addresses.HIGHEST_PORT}
Port = Annotated[int, BeforeValidator(_port), value_schema(_PORTS)]
Address = Annotated[addresses.Address, BeforeValidator(addresses.address), text_schema(".+:[0-9]+")]
Reference = Annotated[addresses.Address, BeforeValidator(addresses.reference), text_schema("tcp://.+:[0-9]+")]
Resolver = Annotated[str, BeforeValidator(addresses.resolver)]
Network = Annotated[Any, BeforeValidator(addresses.network), text_schema(addresses.NETWORK)]
Method = Annotated[str, BeforeValidator(grammar.method), value_schema({"enum": [*grammar.METHODS]})]
RegularExpression = Annotated[str, BeforeValidator(grammar.regular_expression)]
JsonExpectation = Annotated[Any, BeforeValidator(operators.expectation), WithJsonSchema(operators.SCHEMA)]
JsonPath = Annotated[str, BeforeValidator(grammar.json_path)]
HeaderName = Annotated[str, BeforeValidator(grammar.header_name)]
_AS_TEXT = WithJsonSchema({"type": ["string", "number", "boolean"]})  # taken as it was written
HeaderValue = Annotated[str, BeforeValidator(grammar.header_value), _AS_TEXT]
Headers = Annotated[dict[HeaderName, HeaderValue], AfterValidator(_distinct)]
FieldValue = Annotated[str, BeforeValidator(_text), _AS_TEXT]

_STATUSES: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 100, "maximum": 599},
    {"type": "string", "pattern": f"^{grammar.STATUS}$"},
]
Statuses = Annotated[
    list[Annotated[str, BeforeValidator(grammar.status_pattern)]],
    Field(min_length=1),
    BeforeValidator(_as_list),
    WithJsonSchema({"oneOf": [*_STATUSES, {"type": "array", "items": {"oneOf": _STATUSES}, "minItems": 1}]}),
]
