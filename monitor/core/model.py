"""The nouns. Instants and durations are whole milliseconds (instants UTC, since 1970); phases are microseconds.

Everything here is frozen: a state is replaced, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TypeAlias

Instant: TypeAlias = int
Duration: TypeAlias = int

SECOND: Duration = 1_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR


# ── what one run says ────────────────────────────────────────────────────────────────────────────────


class Verdict(StrEnum):
    """What one run came to."""

    PASS = "pass"
    SLOW = "slow"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a run did not pass: a closed list."""

    # slow
    LATENCY = "latency"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    # fail
    DNS = "dns"
    DNS_TIMEOUT = "dns_timeout"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TLS_TIMEOUT = "tls_timeout"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_HOSTNAME = "tls_hostname"
    TLS_UNTRUSTED = "tls_untrusted"
    TIMEOUT_HEADERS = "timeout_headers"
    TIMEOUT_BODY = "timeout_body"
    RESET = "reset"
    TRUNCATED = "truncated"
    PROTOCOL = "protocol"
    REDIRECTS = "redirects"
    REDIRECT_REFUSED = "redirect_refused"
    TOO_LARGE = "too_large"
    HTTP_STATUS = "http_status"
    HEADER = "header"
    BODY = "body"
    JSON = "json"
    STEP = "step"
    AUTH = "auth"
    CALLBACK_MISSING = "callback_missing"
    HEARTBEAT_MISSED = "heartbeat_missed"
    HEARTBEAT_FAILED = "heartbeat_failed"
    # unknown: the fault is ours
    OWN_FDS = "own_fds"
    OWN_PORTS = "own_ports"
    OWN_RESOLVER = "own_resolver"
    OWN_NETWORK = "own_network"
    OWN_CLOCK = "own_clock"
    STALL = "stall"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Phases:
    """Microseconds spent in each phase of a run; None for a phase that was not reached or does not apply."""

    resolve: int | None = None
    connect: int | None = None
    tls: int | None = None
    processing: int | None = None
    transfer: int | None = None

    @property
    def latency(self) -> int:
        """The sum of the phases, in microseconds."""
        return sum(filter(None, (self.resolve, self.connect, self.tls, self.processing, self.transfer)))


PHASES = tuple(phase.name for phase in fields(Phases))


@dataclass(frozen=True, slots=True)
class StepPhases:
    """What one step of a transaction took."""

    step: str
    phases: Phases


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run of a probe came to. `at` is when it was observed, `started` when the run began."""

    probe: str  # "component/probe"
    started: Instant
    at: Instant
    verdict: Verdict
    reason: Reason | None = None
    phases: Phases = Phases()
    http_status: int | None = None
    certificate_expires: Instant | None = None
    detail: str = ""  # one line for people, redacted: "HTTP 503 instead of 2xx"; empty on a pass
    evidence: Mapping[str, str] = field(default_factory=dict)  # what was seen, redacted; on failures only
    stalled: bool = False  # our own loop stalled meanwhile, without bearing on the verdict
    steps: tuple[StepPhases, ...] = ()  # of a transaction, those that ran, in their order


# ── what we are told to watch ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSetup:
    """A probe as the rules see it; how it asks is the probers' concern."""

    id: str  # "component/probe"
    interval: Duration
    grace: Duration | None = None  # of a heartbeat, which comes by itself: how late it may be; None: we ask
    failure_threshold: int
    success_threshold: int
    recheck_interval: Duration
    fingerprint: str  # changes with the target or an expectation, and then the streak is cleared


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSetup:
    """A part visitors know. `depends_on` names components of the same setup, without circles."""

    id: str
    name: str
    description: str = ""
    depends_on: tuple[str, ...] = ()
    probes: tuple[ProbeSetup, ...]
    objective: float | None = None  # percent of uptime aimed at in each month


class MaintenanceStatus(StrEnum):
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One planned maintenance, as instants: starts ≤ t < ends."""

    id: str
    title: str
    components: tuple[str, ...]
    starts: Instant
    ends: Instant
    stops: bool = False  # its components cannot be used meanwhile
    by: str = ""  # who planned it at run time, or the rule of which it is an occurrence; empty: the config
    known: Instant = field(default=0, compare=False)  # when it became known
    changed: int = 0  # how often it was changed since
    revised: Instant = field(default=0, compare=False)  # when that was last; at first, when it became known
    cancelled: bool = False  # before it began
    orphaned: bool = False  # it was cancelled or ended since its rule is gone; with the rule it may come back

    def status(self, at: Instant) -> MaintenanceStatus:
        if self.cancelled:
            return MaintenanceStatus.CANCELLED
        if at < self.starts:
            return MaintenanceStatus.SCHEDULED
        return MaintenanceStatus.IN_PROGRESS if at < self.ends else MaintenanceStatus.COMPLETED


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that the rules need of a config; components in the order in which they are shown."""

    components: tuple[ComponentSetup, ...] = ()
    resolve_after: Duration = 2 * MINUTE
    windows: tuple[Window, ...] = ()  # with those that were cancelled, until they would be over

    @property
    def in_force(self) -> tuple[Window, ...]:
        """The windows that take place."""
        return tuple(window for window in self.windows if not window.cancelled)


# ── observations: all that can move the board ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at: Instant


@dataclass(frozen=True, slots=True)
class Started:
    """We watch again since `at`; nobody did since `last_alive` (None: never before)."""

    at: Instant
    last_alive: Instant | None


@dataclass(frozen=True, slots=True)
class Configured:
    """From `at` on this is what we watch."""

    at: Instant
    setup: Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Somebody plans maintenance, or changes what is planned, known by the window's id."""

    at: Instant
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Maintenance is cancelled; one that runs ends now."""

    at: Instant
    window: str
    orphaned: bool = False  # nobody said so, but its rule is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Somebody opens an incident."""

    at: Instant
    by: str
    components: tuple[str, ...]
    title: str
    impact: Impact | None  # None: as grave as what the machine sees of its components
    status: IncidentStatus  # not resolved
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Somebody says more of an open incident; None: that stays as it is. Without a message, it says what changed."""

    at: Instant
    by: str
    incident: str
    message: str
    status: IncidentStatus | None = None
    title: str | None = None
    impact: Impact | None = None
    hold: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Somebody writes down what was learned of an incident that is over, given as it is remembered."""

    at: Instant
    by: str
    incident: Incident
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """Somebody corrects the ledger; what stands there stays visible."""

    at: Instant
    amendment: Amendment


Command: TypeAlias = Planned | Cancelled | Reported | Written | Explained | Amended
Observation: TypeAlias = Result | Tick | Started | Configured | Command


# ── what we remember ─────────────────────────────────────────────────────────────────────────────────


class Health(StrEnum):
    """A probe after its thresholds."""

    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """What visitors are told of a component."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    MAINTENANCE = "under_maintenance"
    UNKNOWN = "unknown"


TROUBLE = frozenset({Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one status; it lasts until the next span of its component begins."""

    since: Instant
    status: Status


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one confirmed health; it lasts until the next stretch of its probe begins.

    While `blind`, nobody could see the probe: unknown lies over the health, which waits beneath.
    """

    since: Instant
    health: Health
    blind: bool = False

    @property
    def effective(self) -> Health:
        return Health.UNKNOWN if self.blind else self.health


@dataclass(frozen=True, slots=True)
class Streak:
    """Results in a row of one sort: how many, when the first of them started, and what they say."""

    count: int = 0
    since: Instant = 0
    reasons: tuple[Reason, ...] = ()  # the distinct ones, in the order in which they came
    detail: str = ""  # what the latest of them that did not pass saw, for people


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """What we remember of a probe beside its latest result.

    `track` is its health over time, oldest first, as far back as a confirmation may still rewrite it; never empty.
    """

    track: tuple[Stretch, ...]
    fails: Streak = Streak()  # while not down
    bads: Streak = Streak()  # slow or fail, while neither slow nor down
    goods: Streak = Streak()  # not failed, while down
    passes: Streak = Streak()  # while slow
    reasons: tuple[Reason, ...] = ()  # of the streak that confirmed the trouble; none when there is none
    detail: str = ""  # what the latest run of that streak saw
    certificate_expires: Instant | None = None  # as that run saw it
    unwatched: Duration = 0  # how long we did not watch since the latest result
    deaf: bool = False  # of a heartbeat: the beat after the latest may have come while we did not listen

    @property
    def health(self) -> Health:
        """The last confirmed one, whatever lies over it."""
        return self.track[-1].health

    @property
    def blind(self) -> bool:
        """Whether unknown lies over the health now."""
        return self.track[-1].blind

    @property
    def effective(self) -> Health:
        return self.track[-1].effective

    @property
    def streak_since(self) -> Instant | None:
        """When the oldest streak that may still rewrite the past began; None while nothing is unconfirmed."""
        begun = [streak.since for streak in (self.fails, self.bads, self.goods, self.passes) if streak.count]
        return min(begun, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentState:
    """What we remember of a component. `tail` is the end of its ledger, as far back as it may be rewritten."""

    status: Status = Status.UNKNOWN  # as shown
    beneath: Status = Status.UNKNOWN  # by its probes alone, whatever window lies over it
    decided: Instant = 0  # when the shown status was decided
    told: Status | None = None  # the last known status, which changes are compared with; None: never known
    tail: tuple[Span, ...] = ()

    @property
    def since(self) -> Instant:
        """When the current span began."""
        return self.tail[-1].since if self.tail else self.decided


class IncidentStatus(StrEnum):
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Impact(StrEnum):
    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Update:
    """One entry of an incident's timeline."""

    status: IncidentStatus
    message: str
    timestamp: Instant
    by: str = ""  # whose words these are; empty: the machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A stretch of trouble. `created_at`/`resolved_at` say when we decided, `started_at`/`ended_at` when it was."""

    id: str
    title: str
    status: IncidentStatus
    impact: Impact
    created_at: Instant
    started_at: Instant
    resolved_at: Instant | None = None
    ended_at: Instant | None = None
    components: tuple[str, ...]  # in the order in which they joined; nobody leaves but by removal
    cause: str  # the component that explains the others
    worst: Mapping[str, Status] = field(default_factory=dict)  # component → worst status in this incident
    updates: tuple[Update, ...] = ()
    merged_into: str | None = None
    relieved_at: Instant | None = None  # when the latest of its components to leave trouble left it
    resolve_at: Instant | None = None  # deadline, while monitoring and all is well
    reopen_until: Instant | None = None  # trouble that started by then reopens it; None: never
    setbacks: tuple[Instant, ...] = ()  # returns from monitoring and reopenings
    reopened: int = 0
    by: str = ""  # who opened it; empty: the machine
    held: bool = False  # a person took it over, and a person ends it
    own_title: bool = False  # a person gave it, so it stays
    own_impact: bool = False
    postmortem: str = ""  # what was learned, by people

    @property
    def open(self) -> bool:
        return self.status is not IncidentStatus.RESOLVED


class AmendmentKind(StrEnum):
    """What a person says a stretch of the ledger really was."""

    FALSE_ALARM = "false_alarm"  # all was well
    EXCLUDED = "excluded"  # it counts neither for nor against uptime
    RECORDED = "as_recorded"  # what the ledger says holds again


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What a person says of a stretch: since ≤ t < until."""

    id: str
    component: str
    since: Instant
    until: Instant
    kind: AmendmentKind
    reason: str
    by: str
    at: Instant


# ── what is worth telling ────────────────────────────────────────────────────────────────────────────


class EventKind(StrEnum):
    INCIDENT_CREATED = "incident.created"
    INCIDENT_UPDATED = "incident.updated"
    INCIDENT_RESOLVED = "incident.resolved"
    COMPONENT_STATUS_CHANGED = "component.status_changed"
    MAINTENANCE_SCHEDULED = "maintenance.scheduled"
    MAINTENANCE_STARTED = "maintenance.started"
    MAINTENANCE_COMPLETED = "maintenance.completed"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The subject of `component.status_changed`."""

    component: str
    status: Status
    previous: Status | None  # the last known one before; None: there was none
    since: Instant


@dataclass(frozen=True, slots=True)
class Event:
    """A fact worth telling, with its subject as it was then. The id comes from the fact alone."""

    id: str
    kind: EventKind
    at: Instant
    subject: Incident | StatusChange | Window


# ── what a decision comes to ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LedgerRewrite:
    """All spans of a component that begin at `since` or later are replaced by `spans`."""

    since: Instant
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one observation changed. None as a state means: forget it (its history stays)."""

    setup: Setup | None = None
    probes: Mapping[str, ProbeState | None] = field(default_factory=dict)
    components: Mapping[str, ComponentState | None] = field(default_factory=dict)
    ledger: Mapping[str, LedgerRewrite] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)  # those that something happened to, as they are now
    amendments: tuple[Amendment, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def changed(self) -> bool:
        return self is not QUIET


QUIET = Step()  # the one step in which nothing changed: compare with `is`
