"""How the latency of a component went over time."""

from __future__ import annotations

from exporter.latency.asking import LONGEST, MOST_SLOTS
from exporter.latency.document import PERCENTILES
from exporter.openapi.operation import Subject, document, in_query, public
from exporter.openapi.schema import Schema, given_duration, instant, listed, maybe, number, record, ref, text, whole
from exporter.openapi.subjects.status import COMPONENT
from monitor.core.model import DAY, PHASES

MEASURED: dict[str, Schema] = {
    "runs": whole("Those that were timed, and passed or were slow.", minimum=0),
    "latency_ms": ref("Percentiles"),
    "phases_ms": record(
        "Null for a phase that no run needed.", {phase: maybe(ref("Percentiles")) for phase in PHASES}
    ),
}

LATENCY = record(
    "How the latency of a component was, all together and by slots of time.",
    {
        "component": text(),
        "since": instant(),
        "until": instant("Now."),
        "step": maybe(text("How long the slots are, as it was asked for.")),
        **MEASURED,
        "slots": listed(ref("LatencySlot"), "Oldest first; none without a step, nor where nothing was timed."),
    },
)

OPERATIONS = {
    ("GET", "/api/v1/components/{id}/latency"): public(
        "get_latency",
        "The latency of a component over time",
        document("Latency"),
        says="Percentiles of all runs of the window, off by 1 % at most; with a step, also of each slot.",
        parameters=[
            COMPONENT,
            in_query(
                "window", f"How long it reaches back: at most {LONGEST // DAY}d.", given_duration("", default="24h")
            ),
            in_query(
                "step",
                f"How long the slots are, of which there are at most {MOST_SLOTS}: a multiple of 5m that divides a "
                "day, or whole days; for windows over 2d, a multiple of 1h; for those over 60d, whole days. Slots "
                "begin at multiples of it in UTC, and the window with the first of them.",
                given_duration(""),
            ),
        ],
        wrong={404: "There is no such component.", 422: "A parameter is wrong."},
    )
}

FIGURES = {
    "runs": 120,
    "latency_ms": {"p50": 145.123, "p95": 310.4, "p99": 402.2},
    "phases_ms": {
        "resolve": {"p50": 2.041, "p95": 4.1, "p99": 9.802},
        "connect": {"p50": 10.2, "p95": 14.07, "p99": 21.33},
        "tls": {"p50": 22.15, "p95": 31.64, "p99": 40.11},
        "processing": {"p50": 104.9, "p95": 255.3, "p99": 346.6},
        "transfer": None,
    },
}

EXAMPLE = {
    "component": "api",
    "since": "2026-12-01T11:00:00Z",
    "until": "2026-12-01T12:00:00Z",
    "step": "1h",
    **FIGURES,
    "slots": [{"since": "2026-12-01T11:00:00Z", **FIGURES}],
}

SUBJECT = Subject(
    name="Latency",
    says="How fast all was.",
    operations=OPERATIONS,
    schemas={
        "Latency": LATENCY,
        "LatencySlot": record("The runs that started in a slot.", {"since": instant(), **MEASURED}),
        "Percentiles": record(
            "In ms; null where nothing was timed.", dict.fromkeys(PERCENTILES, maybe(number(minimum=0)))
        ),
    },
    examples={"Latency": EXAMPLE},
)
