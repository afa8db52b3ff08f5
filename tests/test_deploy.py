"""What is shipped for deployment: that it parses, that it keeps its promises, and that its names exist."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.config import load

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PROMETHEUS = DEPLOY / "prometheus"

METRICS = frozenset(
    {
        "up",
        "probe_success",
        "probe_duration_seconds",
        "probe_http_duration_seconds",
        "probe_http_status_code",
        "probe_ssl_earliest_cert_expiry",
        "process_cpu_seconds_total",
        "process_open_fds",
        "process_resident_memory_bytes",
        "justkalm_commit_seconds_bucket",
        "justkalm_component_status",
        "justkalm_component_uptime_ratio",
        "justkalm_config_reload_success",
        "justkalm_monitor_degraded",
        "justkalm_incidents_open",
        "justkalm_loop_lag_seconds_bucket",
        "justkalm_outbox_oldest_seconds",
        "justkalm_outbox_pending",
        "justkalm_probe_health",
        "justkalm_probe_latency_seconds_bucket",
        "justkalm_probe_runs_total",
        "justkalm_results_dropped_total",
        "justkalm_results_held",
        "justkalm_schedule_lateness_seconds_bucket",
        "justkalm_subscriptions_disabled",
        "justkalm_webhook_attempts_total",
    }
)

# Of PromQL, what is a word outside of a selector but not a metric.
LABEL_LISTS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
SELECTORS = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"")
WORDS = re.compile(r"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")
OPERATORS = frozenset({"and", "or", "unless", "bool", "offset", "atan2"})


def metrics_in(expression: str) -> set[str]:
    """The metrics that a PromQL expression names."""
    bare = SELECTORS.sub("", LABEL_LISTS.sub("", expression))
    return set(WORDS.findall(bare)) - OPERATORS


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ('up{job="a"} == 0', {"up"}),
        ("sum by (job, le) (rate(a_bucket[5m])) - time() > 14 * 0.5", {"a_bucket"}),
        ("sum(a) by (job) or b unless on (job) c offset 5m", {"a", "b", "c"}),
        ('absent(up{job=~"a|b"})', {"up"}),
        ("rate(a[$__rate_interval])", {"a"}),
    ],
)
def test_the_metrics_of_an_expression_are_found(expression: str, metrics: set[str]) -> None:
    assert metrics_in(expression) == metrics


@pytest.mark.parametrize(
    "arguments", ["check config prometheus.yml", "check rules alerts.yml", "test rules alerts_test.yml"]
)
def test_promtool_finds_no_fault(arguments: str) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: the alert rules go UNCHECKED (Debian package `prometheus`)")
    done = subprocess.run([promtool, *arguments.split()], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scrape_job_has_the_name_that_the_alerts_ask_for() -> None:
    jobs = {job["job_name"] for job in _yaml("prometheus/prometheus.yml")["scrape_configs"]}
    asked = set(re.findall(r'job="([^"]+)"', (PROMETHEUS / "alerts.yml").read_text()))
    assert jobs == asked == {"justkalm-monitor"}


def test_every_alert_waits_and_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in _alerts():
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]
        assert "for" in rule, rule["alert"]


def test_every_alert_has_a_unit_test_that_sees_it_fire() -> None:
    cases = (case for test in _yaml("prometheus/alerts_test.yml")["tests"] for case in test["alert_rule_test"])
    fired = {case["alertname"] for case in cases if case.get("exp_alerts")}
    assert {rule["alert"] for rule in _alerts()} == fired


def test_every_metric_of_an_alert_exists() -> None:
    named = set().union(*(metrics_in(rule["expr"]) for rule in _alerts()))
    assert named - METRICS == set()


def test_every_metric_of_the_dashboard_exists() -> None:
    named = set().union(*(metrics_in(target["expr"]) for panel in _panels() for target in panel["targets"]))
    assert named - METRICS == set()


def test_every_panel_has_an_id_of_its_own() -> None:
    ids = [panel["id"] for panel in _dashboard()["panels"]]
    assert len(ids) == len(set(ids))


def test_no_panel_lies_over_another_or_outside_the_grid() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in _dashboard()["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        cells = set(itertools.product(columns, range(place["y"], place["y"] + place["h"])))
        assert columns[-1] < 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_asks_the_data_source_that_the_viewer_chose() -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    asked = [target["datasource"] for panel in _panels() for target in (panel, *panel["targets"])]
    assert [source for source in asked if source != chosen] == []


def test_every_variable_of_the_dashboard_is_defined_and_used() -> None:
    defined = {variable["name"] for variable in _dashboard()["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(_panels())))
    assert used - {"__rate_interval"} == defined


def test_there_is_never_more_than_one_monitor_on_a_volume() -> None:
    spec = _manifest("Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert _manifest("PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_the_readiness_of_the_monitor_never_takes_its_neighbour_out_of_service() -> None:
    monitor = _sidecar()
    assert "readinessProbe" not in monitor
    assert monitor["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert monitor["startupProbe"]["httpGet"]["path"] == "/livez"


def test_the_sidecar_runs_without_privileges_as_the_user_of_the_image() -> None:
    uid = int(_instructions()["USER"].partition(":")[0])
    assert _sidecar()["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": uid,
        "runAsGroup": uid,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert _manifest("Deployment")["spec"]["template"]["spec"]["securityContext"]["fsGroup"] == uid


def test_the_sidecar_is_limited_and_given_time_to_drain() -> None:
    assert "memory" in _sidecar()["resources"]["limits"]
    assert _manifest("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 20


def test_the_sidecar_finds_its_config_and_its_store_where_the_image_looks() -> None:
    mounts = {mount["name"]: mount["mountPath"] for mount in _sidecar()["volumeMounts"]}
    assert (mounts["config"], mounts["data"]) == ("/etc/justkalm", "/data")


def test_the_probes_of_the_manifest_are_a_right_config(tmp_path: Path) -> None:
    ((name, text),) = _manifest("ConfigMap")["data"].items()
    (tmp_path / name).write_text(text)
    assert load(tmp_path / "probes.yaml", {}).setup.components


def test_the_service_leads_to_the_port_of_the_sidecar() -> None:
    (port,) = _manifest("Service")["spec"]["ports"]
    assert port["targetPort"] in [named["name"] for named in _sidecar()["ports"]]
    labels = _manifest("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert _manifest("Service")["spec"]["selector"].items() <= labels.items()


def test_signals_reach_the_daemon_in_the_container() -> None:
    assert json.loads(_instructions()["ENTRYPOINT"]) == ["justkalm-monitor"]
    assert json.loads(_instructions()["CMD"]) == ["run"]
    assert _instructions()["STOPSIGNAL"] == "SIGTERM"


def test_the_container_runs_as_a_numeric_user_that_is_not_root() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", _instructions()["USER"])


def test_the_container_is_checked_by_the_health_command() -> None:
    _, _, command = _instructions()["HEALTHCHECK"].partition("CMD ")
    assert json.loads(command) == ["justkalm-monitor", "health"]


def test_the_container_keeps_what_it_writes_on_one_volume() -> None:
    assert json.loads(_instructions()["VOLUME"]) == ["/data"]
    assert "JUSTKALM_DATA=/data" in _instructions()["ENV"]


def test_the_image_installs_what_is_locked_and_nothing_else() -> None:
    installs = [line for line in _dockerfile() if "pip" in line and " install " in line]
    assert ["--require-hashes" in line or "--no-deps" in line for line in installs] == [True, True]


def test_the_image_and_the_manifests_are_of_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f'image.version="{version}"' in _instructions()["LABEL"]
    image = f"justkalm-monitor:{version}"
    assert [_sidecar()["image"], _monitor_service()["image"]] == [image, image]


def test_everything_that_the_dockerfile_copies_is_sent_to_the_builder() -> None:
    copies = [line.split()[1:-1] for line in _dockerfile() if line.startswith("COPY ") and "--from" not in line]
    ignores = (ROOT / ".dockerignore").read_text().splitlines()
    assert set().union(*copies) == {line[1:] for line in ignores if line.startswith("!")}


def test_the_composed_monitor_can_change_nothing_but_its_volume() -> None:
    monitor = _monitor_service()
    assert (monitor["read_only"], monitor["cap_drop"]) == (True, ["ALL"])
    assert monitor["security_opt"] == ["no-new-privileges:true"]
    assert [volume for volume in monitor["volumes"] if not volume.endswith(":ro")] == ["monitor-data:/data"]


def test_only_this_machine_reaches_the_composed_ports() -> None:
    ports = [port for service in _yaml("compose.yaml")["services"].values() for port in service["ports"]]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_file_that_is_mounted_from_here_exists() -> None:
    mounts = (volume for service in _yaml("compose.yaml")["services"].values() for volume in service["volumes"])
    sources = [source for source, *_ in (mount.split(":") for mount in mounts) if source.startswith(".")]
    assert sources
    assert [source for source in sources if not (DEPLOY / source).exists()] == []


def _yaml(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return content


def _alerts() -> list[dict[str, Any]]:
    return [rule for group in _yaml("prometheus/alerts.yml")["groups"] for rule in group["rules"]]


def _dashboard() -> dict[str, Any]:
    dashboard: dict[str, Any] = json.loads((DEPLOY / "grafana/justkalm.json").read_text())
    return dashboard


def _panels() -> list[dict[str, Any]]:
    """The panels that show something: all but the headings of rows."""
    return [panel for panel in _dashboard()["panels"] if panel["type"] != "row"]


def _manifest(kind: str) -> dict[str, Any]:
    documents = yaml.safe_load_all((DEPLOY / "kubernetes/sidecar.yaml").read_text())
    (manifest,) = (document for document in documents if document["kind"] == kind)
    return dict(manifest)


def _sidecar() -> dict[str, Any]:
    containers = _manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    (sidecar,) = (container for container in containers if container["name"] == "monitor")
    return dict(sidecar)


def _monitor_service() -> dict[str, Any]:
    return dict(_yaml("compose.yaml")["services"]["monitor"])


def _dockerfile() -> Iterator[str]:
    """The instructions of the Dockerfile, each on one line."""
    joined = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return (line for line in joined.splitlines() if line and not line.startswith("#"))


def _instructions() -> dict[str, str]:
    """The last instruction of each kind, which is the one that holds."""
    return dict(line.split(maxsplit=1) for line in _dockerfile())
