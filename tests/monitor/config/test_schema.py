"""The schema that editors are given, and the file that is shipped with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from monitor.config import load, schema

ROOT = Path(schema.__file__).parents[2]
SHIPPED = ROOT / "probes.yaml"
SCHEMA = Path(schema.__file__).with_name("probes.schema.json")


def allows(change: dict[str, Any], **sections: object) -> bool:
    return allows_probe({"http": "https://api.test/"} | change, **sections)


def allows_probe(probe: dict[str, Any], **sections: object) -> bool:
    file = {"components": {"api": {"probes": {"health": probe}}}, **sections}
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).is_valid(file)


def test_the_shipped_schema_is_the_current_one() -> None:
    assert SCHEMA.read_text() == schema.schema_text()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


def test_every_key_is_described() -> None:
    blocks = [json.loads(SCHEMA.read_text()), *json.loads(SCHEMA.read_text())["$defs"].values()]
    keys = [
        key
        for block in blocks
        for form in (block, *block.get("oneOf", ()))
        for key in form.get("properties", {}).items()
    ]
    assert len(keys) > 30
    assert [name for name, key in keys if not key.get("description")] == []


@pytest.mark.parametrize(
    "change",
    [
        {"interval": "30s"},
        {"interval": "${INTERVAL:-30s}"},
        {"failure_threshold": "${N}"},
        {"http": "${URL}/health"},
        {"http": {"url": "http://api.test/", "headers": {"x": 1}, "json": None, "max_body": "1MiB"}},
        {"expect": {"status": [200, "2xx"], "json": {"$.a": {"gt": 0}, "$.b": "x"}}},
    ],
)
def test_the_schema_allows_what_load_allows(change: dict[str, Any]) -> None:
    assert allows(change)


@pytest.mark.parametrize(
    "change",
    [
        {"interval": 30},
        {"interval": "30"},
        {"interval": None},
        {"intervall": "30s"},
        {"failure_threshold": 0},
        {"http": {"method": "GET"}},
        {"http": {"url": "http://api.test/", "json": 1, "form": {}}},
        {"expect": {"status": "2x"}},
        {"expect": {"json": {"$.a": {"gtt": 0}}}},
    ],
)
def test_the_schema_refuses_what_load_refuses(change: dict[str, Any]) -> None:
    assert not allows(change)


STEP = {"name": "a", "http": "https://api.test/"}


@pytest.mark.parametrize(
    "probe",
    [
        {"http": {"url": "https://api.test/", "auth": {"bearer": "abc"}, "proxy": "http://proxy.test:3128"}},
        {"http": {"url": "https://api.test/", "auth": {"basic": {"username": "me", "password_file": "a"}}}},
        {"http": {"url": "https://api.test/", "body_file": "a", "tls": {"ca_file": "ca.pem"}}},
        {"steps": [STEP | {"save": {"id": "$.id"}}, STEP | {"http": "{{id}}/x", "always": True}]},
        {"steps": [STEP | {"until": {"status": 200}, "for": "30s", "every": "2s"}]},
        {"steps": [STEP | {"http": {"url": "https://{{x}}/"}, "await_callback": "20s"}]},
        {"tcp": "api.test:25"},
        {"tcp": {"address": "${HOST}:25", "dialogue": [{"expect": "220"}, {"send": "a"}, {"starttls": True}]}},
        {"tls": {"address": "api.test:443", "minimum_version": 1.3}, "expect": {"certificate_days": 3}},
        {"tls": {"address": "api.test:443", "minimum_version": "1.2", "tls": {}}},
        {"dns": "api.test"},
        {"dns": {"name": "api.test", "type": "MX", "answers": ["10 mail.api.test"], "resolver": "127.0.0.1"}},
        {"websocket": {"url": "wss://api.test/", "headers": {"x": 1}, "send": "a", "expect": "b"}},
        {"grpc": "api.test:443"},
        {"grpc": {"address": "api.test:443", "tls": True}},
        {"grpc": {"address": "api.test:443", "tls": {"ca_file": "ca.pem"}}},
        {"icmp": "api.test"},
        {"heartbeat": {"every": "1h", "grace": "5m", "token": "0123456789abcdef"}},
        {"heartbeat": {"every": "1h", "token_file": "a"}},
    ],
)
def test_the_schema_allows_the_kinds_that_load_allows(probe: dict[str, Any]) -> None:
    assert allows_probe(probe)


@pytest.mark.parametrize(
    "probe",
    [
        {},
        {"interval": "1m"},
        {"http": "https://api.test/", "tcp": "api.test:25"},
        {"http": {"url": "https://api.test/", "auth": {}}},
        {"http": {"url": "https://api.test/", "auth": {"bearer": "a", "bearer_file": "b"}}},
        {"http": {"url": "https://api.test/", "auth": {"basic": {"username": "me"}}}},
        {"http": {"url": "https://api.test/", "proxy": "http://proxy.test"}},
        {"http": {"url": "https://api.test/", "body": "a", "body_file": "b"}},
        {"http": "{{id}}/x"},
        {"steps": []},
        {"steps": [{"name": "a"}]},
        {"steps": [STEP | {"save": {"1": "$.id"}}]},
        {"steps": [STEP | {"until": {"certificate_days": 3}, "for": "3s"}]},
        {"tcp": "api.test"},
        {"tcp": {"address": "a:1", "dialogue": [{}]}},
        {"tcp": {"address": "a:1", "dialogue": [{"send": "a", "expect": "b"}]}},
        {"tls": {"address": "a:1", "minimum_version": "1.1"}},
        {"dns": {"name": "api.test", "type": "ANY"}},
        {"websocket": "https://api.test/"},
        {"grpc": {"address": "a:1", "tls": "yes"}},
        {"icmp": {}},
        {"heartbeat": {"grace": "5m"}},
        {"heartbeat": {"every": "1h", "token": "short"}},
    ],
)
def test_the_schema_refuses_the_kinds_that_load_refuses(probe: dict[str, Any]) -> None:
    assert not allows_probe(probe)


@pytest.mark.parametrize(
    ("sections", "allowed"),
    [
        ({"references": ["tcp://a.test:443"], "server": {"public_url": "https://a.test/b"}}, True),
        ({"references": ["a.test:443"]}, False),
        ({"server": {"public_url": "https://a.test/?b"}}, False),
    ],
)
def test_the_schema_knows_where_we_are_reached_and_what_should_answer(
    sections: dict[str, Any], allowed: bool
) -> None:
    assert allows({}, **sections) is allowed


PLANNED = {"title": "T", "components": ["api"]}
ONCE = {"starts": "2026-12-01T02:00:00Z", "ends": "2026-12-01T03:00:00Z"}
RECURRING = {"cron": "0 3 * * sun", "duration": "1h"}


@pytest.mark.parametrize(
    ("forms", "allowed"),
    [
        (ONCE, True),
        (ONCE | {"stops": True}, True),
        (RECURRING, True),
        (RECURRING | {"timezone": "America/Argentina/Buenos_Aires", "notice": "7d", "stops": "${STOPS}"}, True),
        (RECURRING | {"timezone": "${ZONE:-UTC}"}, True),
        ({}, False),
        ({"starts": ONCE["starts"]}, False),
        ({"cron": "0 3 * * sun"}, False),
        ({"cron": "0 3 * *", "duration": "1h"}, False),
        (ONCE | RECURRING, False),
        (ONCE | {"timezone": "UTC"}, False),
        (RECURRING | {"ends": ONCE["ends"]}, False),
        (RECURRING | {"timezone": "New York"}, False),
    ],
)
def test_the_schema_knows_the_two_forms_of_maintenance(forms: dict[str, Any], allowed: bool) -> None:
    assert allows({}, maintenance=[PLANNED | forms]) is allowed


@pytest.mark.parametrize(("objective", "allowed"), [(99.9, True), ("${AIM}", True), (100, False), ("99%", False)])
def test_the_schema_knows_what_an_objective_is(objective: object, allowed: bool) -> None:
    component = {"objective": objective, "probes": {"root": {"http": "https://api.test/"}}}
    assert allows({}, components={"api": component}) is allowed


MAIL = {"host": "smtp.test", "from": "a@a.test", "to": ["b@b.test"]}


@pytest.mark.parametrize(
    "alert",
    [
        {"slack": {"url": "${SLACK_WEBHOOK_URL}"}},
        {"slack": {"url_file": "slack"}, "name": "night", "events": ["incident.*", "*"], "least_impact": "major"},
        {"standard": {"url": "http://a.test/b", "secret_file": "secret"}},
        {"standard": {"url": "http://a.test/b", "secret": f"whsec_{'A' * 43}="}},
        {"pagerduty": {"routing_key_file": "key"}},
        {"opsgenie": {"api_key": "k", "url": "https://api.eu.opsgenie.com"}},
        {"email": MAIL},
        {"email": MAIL | {"port": 25, "security": "none", "username": "me", "password_file": "password"}},
        {"apprise": {"url": "tgram://a/b"}},
    ],
)
def test_the_schema_allows_the_alerts_that_load_allows(alert: dict[str, Any]) -> None:
    assert allows({}, alerts=[alert])


@pytest.mark.parametrize(
    "alert",
    [
        {},
        {"name": "night"},
        {"slakc": {"url": "https://a.test/b"}},
        {"slack": {"url": "https://a.test/b"}, "teams": {"url": "https://a.test/b"}},
        {"slack": {}},
        {"slack": {"url": "hooks.test/b"}},
        {"slack": {"url": "https://a.test/b", "url_file": "slack"}},
        {"slack": {"url": "https://a.test/b"}, "events": ["incident.open"]},
        {"slack": {"url": "https://a.test/b"}, "least_impact": "mayor"},
        {"pagerduty": {"routing_key": "k", "url": "https://a.test", "url_file": "url"}},
        {"standard": {"url": "https://a.test/b", "secret": "hush"}},
        {"alertmanager": {"url": "http://a.test/?b"}},
        {"email": MAIL | {"port": 65536}},
        {"email": MAIL | {"security": "ssl"}},
        {"email": MAIL | {"to": []}},
        {"apprise": {"url": "a.test/b"}},
    ],
)
def test_the_schema_refuses_the_alerts_that_load_refuses(alert: dict[str, Any]) -> None:
    assert not allows({}, alerts=[alert])


def test_the_shipped_file_fits_the_schema_it_names() -> None:
    text = SHIPPED.read_text()
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    jsonschema.validate(yaml.safe_load(text), json.loads((ROOT / named).read_text()))


def test_the_shipped_file_loads_with_no_variable_set() -> None:
    config = load(SHIPPED, {})
    named = [(component.id, component.name, component.description) for component in config.setup.components]
    assert named == [
        ("api", "API", "Core valuation API"),
        ("dashboard", "Dashboard", "Web console"),
        ("webhooks", "Webhooks", "Event delivery"),
        ("batch", "Batch Processing", "Bulk operations"),
        ("auth", "Authentication", "OAuth & API keys"),
        ("cdn", "CDN", "Edge caching"),
    ]
    assert len(config.probes) == 7


def with_section(name: str) -> str:
    """The shipped file with a section that is a comment there."""
    before, heading, rest = SHIPPED.read_text().partition(f"# {name}:\n")
    commented, blank, after = rest.partition("\n\n")
    section = "".join(line.removeprefix("# ") for line in (heading + commented).splitlines(keepends=True))
    return before + section + blank + after


def test_the_maintenance_that_is_shipped_as_a_comment_is_right(tmp_path: Path) -> None:
    (tmp_path / "probes.yaml").write_text(with_section("maintenance"))
    config = load(tmp_path / "probes.yaml", {})
    assert [window.title for window in config.setup.windows] == ["Database upgrade"]
    assert [rule.title for rule in config.rules] == ["Weekly compaction"]


def test_the_alerts_that_are_shipped_as_a_comment_are_right(tmp_path: Path) -> None:
    (tmp_path / "probes.yaml").write_text(with_section("alerts"))
    (tmp_path / "smtp-password").write_text("hush")
    environ = {"SLACK_WEBHOOK_URL": "https://hooks.test/a", "PAGERDUTY_ROUTING_KEY": "k"}
    config = load(tmp_path / "probes.yaml", environ)
    assert [alert.name for alert in config.alerts] == ["slack", "pagerduty", "night"]
