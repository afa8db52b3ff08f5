"""What a probe is told: frozen settings, filled by the config, read by the probers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from monitor.core.model import Duration

MEBIBYTE = 1024 * 1024


# ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Bearer:
    token: str


@dataclass(frozen=True, slots=True)
class Basic:
    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """Client credentials: a token is asked for when there is none that is still valid.

    Getting it and asking the target have the probe's timeout each, so that a run may take twice as long.
    """

    token_url: str
    client_id: str
    client_secret: str
    scope: str = ""


Auth: TypeAlias = Bearer | Basic | OAuth2


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we trust beyond the system's authorities, and how we prove who we are: paths of PEM files."""

    ca_file: str | None = None
    certificate_file: str | None = None  # with its chain
    key_file: str | None = None  # None: it is in the certificate's file


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
    auth: Auth | None = None
    trust: Trust = Trust()
    proxy: str | None = None  # http://[user:password@]host:port


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What an answer must be like.

    `status` holds codes ("204") and classes ("2xx"); empty: any will do. `json` maps a JSONPath to a value,
    or to a mapping with one operator, such as {"gt": 0} or {"matches": "^v2"}. `headers` maps a name to a regular
    expression that must match the whole value.
    """

    status: tuple[str, ...] = ("2xx",)
    json: Mapping[str, object] = field(default_factory=dict)
    body_contains: str | None = None
    body_matches: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    certificate_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """Ask again, `every` so often, until the answer is like this; for at most so long."""

    until: Expect
    every: Duration
    longest: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a transaction.

    The texts of its target may name variables as {{name}}. `save` maps a variable to a JSONPath ("$.id") or to the
    name of a header of the answer.
    """

    name: str
    http: HttpTarget
    expect: Expect = Expect()
    save: Mapping[str, str] = field(default_factory=dict)
    poll: Poll | None = None
    await_callback: Duration | None = None  # the target is handed {{callback_url}}, and must post there in this time
    always: bool = False  # cleans up: runs also after another step failed


@dataclass(frozen=True, slots=True)
class Transaction:
    """Steps in their order; the run's timeout bounds each of them."""

    steps: tuple[Step, ...]


# ── other ways of asking ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One turn of a dialogue: exactly one of the three is set."""

    send: str | None = None
    expect: str | None = None  # a regular expression to be found in what came since the last turn
    starttls: bool = False  # go on encrypted


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpTarget:
    """A connection, and what is said on it."""

    host: str
    port: int
    dialogue: tuple[Line, ...] = ()
    trust: Trust = Trust()


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsTarget:
    """A handshake."""

    host: str
    port: int
    server_name: str | None = None  # None: the host
    minimum_version: str | None = None  # "1.2" or "1.3"; None: what we take anyway
    trust: Trust = Trust()


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsTarget:
    """A question to a resolver; every one of `answers` must be among what it says."""

    name: str
    type: str = "A"
    resolver: str | None = None  # address, or address:port; None: the system's
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsocketTarget:
    """A connection that is upgraded; a message, and what must come back."""

    url: str  # ws:// or wss://
    headers: Mapping[str, str] = field(default_factory=dict)
    send: str | None = None
    expect: str | None = None  # a regular expression to be found in a message
    trust: Trust = Trust()


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcTarget:
    """A call of the gRPC health checking protocol."""

    host: str
    port: int
    service: str = ""  # empty: the server as a whole
    tls: bool = False
    trust: Trust = Trust()


@dataclass(frozen=True, slots=True)
class IcmpTarget:
    """One echo request."""

    host: str


Target: TypeAlias = (
    HttpTarget | Transaction | TcpTarget | TlsTarget | DnsTarget | WebsocketTarget | GrpcTarget | IcmpTarget
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """All that one prober needs to know of its probe."""

    id: str  # "component/probe"
    target: Target
    expect: Expect
    timeout: Duration  # of the run; of each request where there are several steps, or a token to be had
    slow_after: Duration
