"""No text at all makes `load` raise anything but ConfigError."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import ConfigError, Fault, load
from monitor.config.probing.probe import CHOICES

WORDS = [
    *("components", "probes", "http", "expect", "defaults", "maintenance", "page", "depends_on", "api", "health"),
    *(
        "json",
        "headers",
        "form",
        "body",
        "body_file",
        "x_file",
        "query",
        "url",
        "status",
        "matches",
        "starts",
        "ends",
    ),
    *(
        "duration",
        "timezone",
        "notice",
        "stops",
        "objective",
        "0 3 * * sun",
        "*/31 * * * mon#5",
        "Europe/Berlin",
        "99.9",
    ),
    *("interval", "timeout", "slow_after", "cron", "https://u:p@api.test:1/?token=x", "$.a", "{gt: 0}", "30s", "5"),
    *("alerts", "slack", "email", "apprise", "events", "least_impact", "to", "password", "url_file", "https://[x"),
    *(
        "steps",
        "name",
        "save",
        "until",
        "for",
        "await_callback",
        "{{id}}",
        "{{callback_url}}",
        "auth",
        "bearer",
        "basic",
    ),
    *(
        "tcp",
        "tls",
        "dns",
        "websocket",
        "grpc",
        "icmp",
        "heartbeat",
        "address",
        "dialogue",
        "starttls",
        "expect",
        "send",
    ),
    *(
        "ca_file",
        "certificate_file",
        "proxy",
        "references",
        "token",
        "every",
        "grace",
        "a.test:1",
        "wss://a.test/",
        ".",
    ),
    *("2026-12-01T02:00:00Z", "${A}", "${B:-x}", "${", "$${", "null", "true", ".inf", "1e999", "'", '"', "\\x00"),
    *(
        ": ",
        "- ",
        "? ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "\n  ",
        "\n    ",
        "&a ",
        "*a ",
        "<<",
        "!t ",
        "|",
        ">",
        "#",
        "---\n",
    ),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


def faults_of(file: Path) -> tuple[Fault, ...]:
    try:
        load(file, {"A": "a\nb", "API_TOKEN": "s3cret"})
    except ConfigError as error:
        return error.faults
    return ()


def load_or_refuse(folder: Path, raw: bytes) -> None:
    file = folder / "probes.yaml"
    file.write_bytes(raw)
    for fault in faults_of(file):
        assert fault.line > 0
        assert "\n" not in str(fault)


@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace")))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_loaded_or_refused(folder: Path, raw: bytes) -> None:
    load_or_refuse(folder, raw)


@given(words=st.lists(st.sampled_from(WORDS), max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_heap_of_words_is_loaded_or_refused(folder: Path, words: list[str]) -> None:
    load_or_refuse(folder, "".join(words).encode())


@given(http=VALUES, expect=VALUES, other=VALUES)
@settings(max_examples=500, deadline=None)
def test_any_values_in_the_right_places_are_loaded_or_refused(
    folder: Path, http: object, expect: object, other: object
) -> None:
    probe = f"{{http: {flow(http)}, expect: {flow(expect)}, timeout: {flow(other)}}}"
    api = f"{{depends_on: {flow(other)}, probes: {{health: {probe}}}}}"
    mail = f"{{from: {flow(expect)}, to: {flow(other)}, password: {flow(other)}}}"
    alerts = f"[{flow(other)}, {{slack: {flow(http)}, apprise: {{url: {flow(http)}}}, email: {mail}}}]"
    recurring = f"{{title: a, cron: {flow(http)}, duration: {flow(expect)}, timezone: {flow(other)}}}"
    planned = f"[{recurring}, {flow(expect)}]\npage: {{timezone: {flow(other)}}}"
    text = f"components: {{api: {api}}}\nmaintenance: {planned}\nalerts: {alerts}"
    load_or_refuse(folder, text.encode(errors="replace"))


@given(kind=st.sampled_from(CHOICES), asked=VALUES, step=VALUES, other=VALUES)
@settings(max_examples=500, deadline=None)
def test_any_values_of_any_kind_of_probe_are_loaded_or_refused(
    folder: Path, kind: str, asked: object, step: object, other: object
) -> None:
    request = (
        f"{{url: {flow(asked)}, auth: {flow(step)}, tls: {flow(other)}, proxy: {flow(other)}, json: {flow(asked)}}}"
    )
    steps = (
        f"{{name: a, http: {request}, save: {flow(asked)}, until: {flow(step)}, for: {flow(other)}}}, {flow(step)}"
    )
    probes = f"{{one: {{{kind}: {flow(asked)}, expect: {flow(other)}}}, two: {{steps: [{steps}]}}}}"
    sections = f"references: {flow(other)}\nserver: {flow(step)}\nmaintenance: {flow(other)}"
    text = f"components: {{api: {{probes: {probes}}}}}\n{sections}"
    load_or_refuse(folder, text.encode(errors="replace"))


def flow(value: object) -> str:
    """The value in YAML's flow style; words are plain where they can be."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "null"
    text = str(value)
    return text if text.isalnum() else "'" + text.replace("'", "''") + "'"
