"""What a right file becomes."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.config import Page, Storage, Webhooks, load
from monitor.core.model import DAY, MINUTE, SECOND
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings
from tests.monitor.config.texts import RIGHT, Load, request_of, with_probe_settings, with_request, with_sections


def test_what_is_not_written_has_a_sensible_value(loaded: Load) -> None:
    config = loaded(RIGHT)
    (component,) = config.setup.components
    (probe,) = component.probes
    assert config.page == Page("JustKalm", "https://status.justkalm.com", "UTC")
    assert (config.webhooks, config.trusted_proxies) == (Webhooks(allow_http=False, networks=()), ())
    assert (config.heartbeats, config.references, config.public_url) == ({}, (), None)
    assert (component.name, component.description, component.depends_on) == ("api", "", ())
    assert (component.objective, config.setup.windows, config.rules) == (None, (), ())
    assert (probe.interval, probe.failure_threshold, probe.success_threshold) == (30 * SECOND, 3, 2)
    assert (probe.recheck_interval, config.setup.resolve_after) == (5 * SECOND, 2 * MINUTE)
    assert config.probes == {
        "api/health": ProbeSettings(
            id="api/health",
            target=HttpTarget(url="https://api.test/"),
            expect=Expect(),
            timeout=10 * SECOND,
            slow_after=SECOND,
        )
    }


def test_a_probe_outranks_the_defaults(loaded: Load) -> None:
    text = (
        with_probe_settings("timeout: 4s\nfailure_threshold: 1\n") + "defaults: {timeout: 5s, success_threshold: 7}"
    )
    config = loaded(text)
    (probe,) = config.setup.components[0].probes
    assert config.probes["api/health"].timeout == 4 * SECOND
    assert (probe.failure_threshold, probe.success_threshold) == (1, 7)


def test_times_nobody_wrote_give_way_to_those_somebody_wrote(loaded: Load) -> None:
    config = loaded(with_probe_settings("interval: 1s\ntimeout: 500ms"))
    assert config.setup.components[0].probes[0].recheck_interval == 1 * SECOND
    assert config.probes["api/health"].slow_after == 250


def test_a_request_is_taken_as_it_was_written(loaded: Load) -> None:
    request = """\
method: POST
headers: {x-version: 1.10, x-flag: no, x-yes: true}
query: {page: 007}
json: {since: 12:30:45, ok: no, n: 0x10, nothing: null, list: [1.5, true]}
follow_redirects: false
max_body: 512KiB
"""
    assert loaded(with_request(request)).probes["api/health"].target == HttpTarget(
        url="https://api.test/",
        method="POST",
        headers={"x-version": "1.10", "x-flag": "no", "x-yes": "true"},
        query={"page": "007"},
        json='{"since": "12:30:45", "ok": "no", "n": 16, "nothing": null, "list": [1.5, true]}',
        follow_redirects=False,
        max_body=512 * 1024,
    )


def test_null_is_a_json_content_too(loaded: Load) -> None:
    assert request_of(loaded(with_request("method: POST\njson: null"))).json == "null"


def test_expectations_are_handed_on(loaded: Load) -> None:
    expect = """\
expect:
  status: [200, 3xx]
  json: {$.a: {gt: 0}, "$.b[0]": on, $.c: null}
  body: {contains: hello, matches: "^h"}
  headers: {content-length: 100}
  certificate_days: 14
"""
    assert loaded(with_probe_settings(expect)).probes["api/health"].expect == Expect(
        status=("200", "3xx"),
        json={"$.a": {"gt": 0}, "$.b[0]": "on", "$.c": None},
        body_contains="hello",
        body_matches="^h",
        headers={"content-length": "100"},
        certificate_days=14,
    )


def test_components_keep_the_order_in_which_they_are_written(loaded: Load) -> None:
    text = RIGHT + "".join(f"  {name}: {{probes: {{root: {{http: https://{name}.test/}}}}}}\n" for name in "zamb")
    assert [component.id for component in loaded(text).setup.components] == ["api", "z", "a", "m", "b"]


def test_a_chain_of_dependencies_is_no_circle_however_long(loaded: Load) -> None:
    links = "".join(
        f"  c{link}: {{depends_on: [c{link + 1}], probes: {{root: {{http: https://c.test/}}}}}}\n"
        for link in range(2000)
    )
    text = RIGHT + links + "  c2000: {probes: {root: {http: https://c.test/}}}\n"
    assert len(loaded(text).setup.components) == 2002


def test_many_ways_to_one_dependency_are_walked_once(loaded: Load) -> None:
    rungs = "".join(
        f"  {side}{rung}: {{depends_on: [l{rung + 1}, r{rung + 1}], probes: {{root: {{http: https://c.test/}}}}}}\n"
        for rung in range(60)
        for side in "lr"
    )
    last = "  l60: {probes: {root: {http: https://c.test/}}}\n  r60: {probes: {root: {http: https://c.test/}}}\n"
    assert len(loaded(RIGHT + rungs + last).setup.components) == 123


@pytest.mark.parametrize(
    "settings",
    ["interval: 10s", "timeout: 30s", "interval: 20s\nrecheck_interval: 20s", "timeout: 2s\nslow_after: 1999ms"],
)
def test_times_may_go_to_the_limit(loaded: Load, settings: str) -> None:
    assert loaded(with_probe_settings(settings))


def test_the_page_is_the_page_of_a_place(loaded: Load) -> None:
    page = loaded(with_sections("page: {name: Status, url: https://s.test/, timezone: Europe/Berlin}")).page
    assert page == Page("Status", "https://s.test/", "Europe/Berlin")


@pytest.mark.parametrize(("written", "objective"), [("99.9", 99.9), ("99", 99.0), ("${AIM:-99.95}", 99.95)])
def test_an_objective_is_a_percentage(loaded: Load, written: str, objective: float) -> None:
    text = RIGHT.replace("    probes:", f"    objective: {written}\n    probes:")
    assert loaded(text).setup.components[0].objective == objective


def test_networks_are_read_as_networks_and_an_address_as_a_small_one(loaded: Load) -> None:
    sections = """\
webhooks: {allow_http: true, allow_networks: [127.0.0.0/8, 10.1.2.3]}
server: {trusted_proxies: ["fd00::/8", "${PROXY}"]}
"""
    config = loaded(with_sections(sections), {"PROXY": "10.0.0.0/8"})
    assert config.webhooks == Webhooks(allow_http=True, networks=(ip_network("127.0.0.0/8"), ip_network("10.1.2.3")))
    assert config.trusted_proxies == (ip_network("fd00::/8"), ip_network("10.0.0.0/8"))


def test_references_are_hosts_and_ports_once_each(loaded: Load) -> None:
    sections = "references: [tcp://gateway.test:443, 'tcp://[::1]:53', tcp://gateway.test:443]"
    assert loaded(with_sections(sections)).references == (("gateway.test", 443), ("::1", 53))


@pytest.mark.parametrize("url", ["https://monitor.test/jk", "https://monitor.test/jk/", "${URL}"])
def test_the_public_url_has_no_slash_at_its_end(loaded: Load, url: str) -> None:
    config = loaded(with_sections(f"server: {{public_url: '{url}'}}"), {"URL": "https://monitor.test/jk/"})
    assert config.public_url == "https://monitor.test/jk"


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "probes.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + RIGHT.encode())
    assert load(file, {}).probes


def test_results_are_kept_for_a_year_in_any_room_unless_it_says_otherwise(loaded: Load) -> None:
    assert loaded(RIGHT).storage == Storage(365 * DAY, None)
    assert loaded(with_sections("storage: {keep: 90d, max_size: 2GB}")).storage == Storage(90 * DAY, 2_000_000_000)
