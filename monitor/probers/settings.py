"""What a probe is told: frozen settings, filled by the config, read by the probers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.core.model import Duration

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTarget:
    """One HTTP request. At most one of `json`, `form` and `body` is set; `json` holds the encoded text."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: str | None = None
    form: Mapping[str, str] | None = None
    body: str | None = None
    follow_redirects: bool = True
    max_body: int = MEBIBYTE  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What an answer must be like.

    `status` holds codes ("204") and classes ("2xx"). `json` maps a JSONPath to a value, or to a mapping with one
    operator, such as {"gt": 0} or {"matches": "^v2"}. `headers` maps a name to a regular expression that must match
    the whole value.
    """

    status: tuple[str, ...] = ("2xx",)
    json: Mapping[str, object] = field(default_factory=dict)
    body_contains: str | None = None
    body_matches: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    certificate_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """All that one prober needs to know of its probe."""

    id: str  # "component/probe"
    target: HttpTarget
    expect: Expect
    timeout: Duration
    slow_after: Duration
