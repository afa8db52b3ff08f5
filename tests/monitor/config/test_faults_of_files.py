"""Whole files: many faults at once, or one that hides all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import ConfigError, load
from monitor.config.source import MAX_SIZE
from tests.monitor.config.texts import Refuse

PROBE = "components.api.probes.health"


def test_all_faults_of_a_file_come_at_once_sorted_by_line(refused: Refuse) -> None:
    text = """\
maintenance:
  - {title: T, components: [cdn], starts: 2026-12-01T02:00:00Z, ends: 2026-12-01T02:00:00Z}
defaults: {interval: 30, colour: red}
components:
  api:
    depends_on: [nobody, api]
    probes:
      health:
        http: {url: "${GONE}", method: FETCH, form: {}, json: {}}
        expect: {status: 999, json: {x: 1}}
        timeout: 10s
        timeout: *shared
        slow_after: 20s
  web:
    probes:
"""
    assert [": ".join(fault.split(": ")[:2]) for fault in refused(text)] == [
        "probes.yaml:2: maintenance[0].components[0]",
        "probes.yaml:2: maintenance[0].ends",
        "probes.yaml:3: defaults.interval",
        "probes.yaml:3: defaults.colour",
        "probes.yaml:6: components.api.depends_on[0]",
        "probes.yaml:6: components.api.depends_on[1]",
        f"probes.yaml:9: {PROBE}.http.url",
        f"probes.yaml:9: {PROBE}.http.method",
        f"probes.yaml:9: {PROBE}.http.json",
        f"probes.yaml:10: {PROBE}.expect.status",
        f"probes.yaml:10: {PROBE}.expect.json.x",
        f"probes.yaml:12: {PROBE}.timeout",
        f"probes.yaml:12: {PROBE}.timeout",
        f"probes.yaml:13: {PROBE}.slow_after",
        "probes.yaml:15: components.web.probes",
    ]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "1: the file is empty; it needs components at least"),
        (b"# nothing yet\n", "1: the file is empty; it needs components at least"),
        (b"---\n", "1: the file is empty; it needs components at least"),
        (b"components", "1: this must be a mapping of keys to values"),
        (b"page: {}", "1: components is missing; write it"),
        (b"components: {}", "1: components: this is empty; write at least one"),
        (b"page: {}\n\xff", "2: this is not UTF-8; save the file as UTF-8 text"),
        ("page: {}".encode("utf-16"), "1: this is not UTF-8; save the file as UTF-8 text"),
        (b"page: {}\n\x00", "2: the control character U+0000 is not allowed; remove it"),
        (b"page:\n\tname: x", "2: this line is indented with a tab; YAML takes spaces only"),
        (b"#" * (MAX_SIZE + 1), "1: the file is larger than 4 MiB, which is the limit"),
    ],
)
def test_a_file_that_holds_no_config_is_refused_with_one_fault(tmp_path: Path, raw: bytes, fault: str) -> None:
    file = tmp_path / "probes.yaml"
    file.write_bytes(raw)
    with pytest.raises(ConfigError) as refusal:
        load(file, {})
    assert str(refusal.value) == f"{file}:{fault}"


@pytest.mark.parametrize("text", ["page: {}\n}", "page: 'x\ny'z", "page: {}\n- x"])
def test_what_is_not_yaml_is_one_fault_with_its_line(refused: Refuse, text: str) -> None:
    (fault,) = refused(text)
    assert fault.startswith("probes.yaml:2: this is not YAML: ")


def test_a_missing_file_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml:1: the file cannot be read: No such file or directory"):
        load(tmp_path / "gone.yaml", {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file cannot be read: Is a directory"):
        load(tmp_path, {})
