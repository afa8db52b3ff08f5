"""What the demo's probes.yaml says."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import Config, load
from monitor.core.model import SECOND
from monitor.demo.config import probes_yaml
from monitor.demo.pretend import PARTS, JustKalm
from monitor.probers.settings import HttpTarget, OAuth2, Target, Transaction

PAGE = "http://127.0.0.1:8080"
URLS = {part: f"http://127.0.0.1:{port}" for port, part in enumerate(PARTS, start=8001)}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "probes.yaml"
    file.write_text(probes_yaml(URLS, PAGE))
    return load(file, {})


def test_all_six_parts_are_components_in_the_order_of_the_page(config: Config) -> None:
    assert tuple(component.id for component in config.setup.components) == PARTS


def test_every_probe_asks_its_own_part(config: Config) -> None:
    for probe, settings in config.probes.items():
        own = f"{URLS[probe.partition('/')[0]]}/"
        assert [target.url for target in requests(settings.target) if not target.url.startswith(own)] == []


def test_what_one_request_tells_is_asked_every_second_and_all_else_every_few(config: Config) -> None:
    intervals = {probe.id: probe.interval for component in config.setup.components for probe in component.probes}
    assert {probe: interval for probe, interval in intervals.items() if interval != SECOND} == {
        "webhooks/delivery": 3 * SECOND,
        "batch/job": 5 * SECOND,
    }


def test_the_api_depends_on_authentication_which_grants_its_token(config: Config) -> None:
    (api,) = (component for component in config.setup.components if component.id == "api")
    (valuations,) = requests(config.probes["api/valuations"].target)
    assert api.depends_on == ("auth",)
    assert isinstance(valuations.auth, OAuth2)
    assert valuations.auth.token_url == f"{URLS['auth']}/oauth/token"


async def test_a_pretend_justkalm_fills_the_text(justkalm: JustKalm) -> None:
    text = probes_yaml(justkalm.urls, PAGE)
    assert all(url in text for url in justkalm.urls.values())


def requests(target: Target) -> list[HttpTarget]:
    """All that is asked, step by step."""
    if isinstance(target, Transaction):
        return [step.http for step in target.steps]
    assert isinstance(target, HttpTarget)
    return [target]
