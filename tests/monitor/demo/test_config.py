"""The demo's probes.yaml, asked of the pretend JustKalm itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from monitor.config import load
from monitor.core.model import SECOND
from monitor.demo.config import probes_yaml
from monitor.demo.pretend import PARTS, JustKalm

PAGE = "http://127.0.0.1:8080"
URLS = {part: f"http://127.0.0.1:{port}" for port, part in enumerate(PARTS, start=8001)}


def test_all_six_parts_are_components_in_the_order_of_the_page() -> None:
    assert tuple(_config()["components"]) == PARTS


def test_every_probe_asks_its_own_part() -> None:
    asked = {
        (component, _target(probe)["url"].startswith(f"{URLS[component]}/"))
        for component, settings in _config()["components"].items()
        for probe in settings["probes"].values()
    }
    assert asked == {(part, True) for part in PARTS}


def test_the_config_takes_it_at_a_pace_of_one_second(tmp_path: Path) -> None:
    file = tmp_path / "probes.yaml"
    file.write_text(probes_yaml(URLS, "1.beef", PAGE))
    config = load(file, {})
    assert tuple(component.id for component in config.setup.components) == PARTS
    assert {probe.interval for component in config.setup.components for probe in component.probes} == {SECOND}


def test_the_api_depends_on_authentication_and_bears_the_token() -> None:
    api = _config()["components"]["api"]
    assert api["depends_on"] == ["auth"]
    assert api["probes"]["valuations"]["http"]["headers"] == {"authorization": "Bearer 1.beef"}


async def test_a_pretend_justkalm_fills_the_text(justkalm: JustKalm) -> None:
    text = probes_yaml(justkalm.urls, justkalm.token, PAGE)
    assert all(url in text for url in justkalm.urls.values())
    assert justkalm.token in text


def _config() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(probes_yaml(URLS, "1.beef", PAGE))
    return config


def _target(probe: dict[str, Any]) -> dict[str, str]:
    """The HTTP target, whose short form is the URL alone."""
    http = probe["http"]
    return {"url": http} if isinstance(http, str) else http
