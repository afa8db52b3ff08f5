"""Heartbeats in a config: what they become, and a row per fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, ProbeSetup
from tests.monitor.config.texts import RIGHT, Load, Refuse, with_probe

TOKEN = "0123456789abcdef"
HEARTBEAT = "components.api.probes.health.heartbeat"
BAD_TOKEN = "a token is at least 16 of A-Z, a-z, 0-9, _ and -; write what `openssl rand -hex 16` prints"
BESIDE = "a heartbeat has every and grace; remove this"


def test_a_heartbeat_is_judged_but_never_asked(loaded: Load) -> None:
    config = loaded(with_probe("heartbeat: {every: 1h, grace: 10m}"))
    assert config.probes == {}
    assert config.heartbeats == {"api/health": None}
    assert config.setup.components[0].probes == (
        ProbeSetup(
            id="api/health",
            interval=HOUR,
            grace=10 * MINUTE,
            failure_threshold=1,
            success_threshold=1,
            recheck_interval=HOUR,
            fingerprint="heartbeat",
        ),
    )


def test_other_probes_stand_beside_a_heartbeat_in_their_order(loaded: Load) -> None:
    config = loaded(RIGHT + "      job: {heartbeat: {every: 1h}}\n      ready: {http: https://api.test/}\n")
    assert [probe.id for probe in config.setup.components[0].probes] == ["api/health", "api/job", "api/ready"]
    assert list(config.probes) == ["api/health", "api/ready"]


@pytest.mark.parametrize(
    ("every", "grace"), [("1h", 6 * MINUTE), ("1d", DAY // 10), ("5m", MINUTE), ("30s", MINUTE), ("10m", MINUTE)]
)
def test_a_beat_may_be_late_by_a_tenth_but_at_least_by_a_minute(loaded: Load, every: str, grace: Duration) -> None:
    assert loaded(with_probe(f"heartbeat: {{every: {every}}}")).setup.components[0].probes[0].grace == grace


def test_the_defaults_of_probes_mean_nothing_to_a_heartbeat(loaded: Load) -> None:
    text = "defaults: {failure_threshold: 5, interval: 1h, recheck_interval: 50m}\n"
    (probe,) = loaded(text + with_probe("heartbeat: {every: 30s}")).setup.components[0].probes
    assert (probe.interval, probe.failure_threshold, probe.recheck_interval) == (30 * SECOND, 1, 30 * SECOND)


@pytest.mark.parametrize("token", [TOKEN, "1234567890123456", "${BEAT}", '"${BEAT}"'])
def test_a_token_is_taken_as_it_is_written_and_is_secret(loaded: Load, token: str) -> None:
    written = token.replace("${BEAT}", "0000000000000000").strip('"')
    config = loaded(with_probe(f"heartbeat:\n  every: 1h\n  token: {token}"), {"BEAT": "0000000000000000"})
    assert (config.heartbeats, config.secrets) == ({"api/health": written}, (written,))


def test_a_token_may_stand_in_a_file(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    config = loaded(with_probe("heartbeat: {every: 1h, token_file: token}"))
    assert (config.heartbeats, config.secrets) == ({"api/health": TOKEN}, (TOKEN,))


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("1h", ": this must be a mapping of keys to values"),
        ("{}", ": every is missing; write it"),
        ("{every: 60}", ".every: 60 has no unit; write 60s"),
        ("{every: 1h, grace: 0s}", ".grace: 0s is out of range; write a duration between 1ms and 366d"),
        ("{every: 1h, gracee: 1m}", ".gracee: unknown key; did you mean grace?"),
        ("{every: 1h, token: short}", f".token: {BAD_TOKEN}"),
        (f"{{every: 1h, token: {TOKEN}/}}", f".token: {BAD_TOKEN}"),
        ("{every: 1h, token: [a]}", ".token: this must be text"),
        ("{every: 1h, token_file: gone}", ".token: gone cannot be read: No such file or directory"),
        (f"{{every: 1h, token: {TOKEN}, token_file: a}}", ".token_file: token is given as well; keep one of the two"),
    ],
)
def test_a_wrong_heartbeat_is_refused(refused: Refuse, settings: str, fault: str) -> None:
    assert refused(with_probe(f"heartbeat: {settings}")) == [f"probes.yaml:5: {HEARTBEAT}{fault}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("interval", "1h"),
        ("timeout", "1s"),
        ("failure_threshold", "3"),
        ("success_threshold", "2"),
        ("recheck_interval", "5s"),
        ("slow_after", "1h"),
    ],
)
def test_nothing_of_asking_is_said_of_a_heartbeat(refused: Refuse, key: str, value: str) -> None:
    text = with_probe(f"heartbeat: {{every: 1h}}\n{key}: {value}")
    assert refused(text) == [f"probes.yaml:6: components.api.probes.health.{key}: {BESIDE}"]


def test_a_token_opens_one_heartbeat(refused: Refuse) -> None:
    one = with_probe(f"heartbeat: {{every: 1h, token: {TOKEN}}}")
    text = one + f"      job: {{heartbeat: {{every: 2h, token: {TOKEN}}}}}\n"
    assert refused(text) == [
        "probes.yaml:6: components.api.probes.job.heartbeat.token: api/health has this token, too; give each its own"
    ]
