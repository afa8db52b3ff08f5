"""The numbers behind the metrics."""

from __future__ import annotations

import pytest

from exporter.metrics import Metrics
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    Configured,
    Health,
    Phases,
    Result,
    Span,
    Status,
    Step,
    Verdict,
)
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, questions, sources
from tests.exporter.scrapes import PROBE, busy, scraped, value


@pytest.mark.parametrize(
    ("verdict", "success"),
    [(Verdict.PASS, 1), (Verdict.SLOW, 1), (Verdict.FAIL, 0), (Verdict.UNKNOWN, None)],
)
async def test_success_follows_the_verdict_and_says_nothing_when_the_fault_is_ours(
    serve: Serve, verdict: Verdict, success: int | None
) -> None:
    told = sources()
    client = await serve(told)
    told.metrics.seen(result(verdict=verdict))
    assert await value(client, "probe_success", **PROBE) == success
    assert (await value(client, "probe_duration_seconds", **PROBE) is None) == (success is None)
    assert await value(client, "justkalm_probe_runs_total", **PROBE, verdict=verdict) == 1


async def test_a_run_is_shown_by_phase_status_and_certificate(serve: Serve) -> None:
    told = sources()
    client = await serve(told)
    phases = Phases(resolve=1_000, connect=2_500, processing=96_001)
    told.metrics.seen(
        Result(
            probe="api/health",
            started=NOON,
            at=NOON,
            verdict=Verdict.FAIL,
            phases=phases,
            http_status=503,
            certificate_expires=NOON + 500,
        )
    )
    spent = {
        phase: await value(client, "probe_http_duration_seconds", **PROBE, phase=phase)
        for phase in ("resolve", "connect", "tls", "processing", "transfer")
    }
    assert spent == {"resolve": 0.001, "connect": 0.0025, "tls": None, "processing": 0.096001, "transfer": None}
    assert await value(client, "probe_duration_seconds", **PROBE) == 0.099501
    assert await value(client, "probe_http_status_code", **PROBE) == 503
    assert await value(client, "probe_ssl_earliest_cert_expiry", **PROBE) == NOON / 1000 + 0.5


async def test_after_a_start_the_latest_run_is_the_one_on_the_board(serve: Serve) -> None:
    client = await serve(sources(Board(setup=setup(), latest={"api/health": result(verdict=Verdict.FAIL)})))
    assert await value(client, "probe_success", **PROBE) == 0
    assert await value(client, "justkalm_probe_runs_total", **PROBE, verdict="fail") == 0


async def test_runs_are_shown_as_they_come_though_the_board_has_not_moved(serve: Serve) -> None:
    told = sources(Board(setup=setup(), latest={"api/health": result(verdict=Verdict.PASS)}))
    client = await serve(told)
    told.metrics.seen(result(verdict=Verdict.FAIL))
    assert await value(client, "probe_success", **PROBE) == 0


async def test_latencies_of_successful_runs_fall_into_buckets(serve: Serve) -> None:
    told = sources()
    client = await serve(told)
    for latency in (5_000, 5_001, 20_000_000):
        told.metrics.seen(result(phases=Phases(processing=latency)))
    told.metrics.seen(result(verdict=Verdict.FAIL, phases=Phases(processing=1_000)))
    told.metrics.seen(result(phases=Phases()))
    name = "justkalm_probe_latency_seconds"
    buckets = [await value(client, f"{name}_bucket", **PROBE, le=le) for le in ("0.005", "0.01", "10.0", "+Inf")]
    assert buckets == [1, 2, 2, 3]
    assert await value(client, f"{name}_count", **PROBE) == 3
    assert await value(client, f"{name}_sum", **PROBE) == 20.010001


async def test_a_component_has_one_series_per_status_and_one_of_them_is_true(serve: Serve) -> None:
    client = await serve(busy())
    shown = {
        status: await value(client, "justkalm_component_status", component="api", status=status) for status in Status
    }
    assert shown == {status: float(status is Status.DEGRADED) for status in Status}


async def test_a_probe_has_one_series_per_health_and_one_of_them_is_true(serve: Serve) -> None:
    client = await serve(busy())
    shown = {health: await value(client, "justkalm_probe_health", **PROBE, health=health) for health in Health}
    assert shown == {health: float(health is Health.SLOW) for health in Health}


async def test_uptime_is_unrounded_and_absent_where_nothing_was_observed(serve: Serve) -> None:
    ledger = [Span(NOON - DAY, Status.OPERATIONAL), Span(NOON - 1, Status.MAJOR_OUTAGE)]
    board = Board(setup=setup(component_setup("api"), component_setup("cdn")))
    client = await serve(sources(board, FakeHistory(ledgers={"api": ledger})))
    name = "justkalm_component_uptime_ratio"
    assert await value(client, name, component="api", window="day") == 1 - 1 / DAY
    assert await value(client, name, component="cdn", window="day") is None


async def test_scrapes_do_not_ask_the_history_again(serve: Serve) -> None:
    told, history = sources(), FakeHistory()
    told.history = history
    client = await serve(told)
    for _ in range(3):
        await scraped(client)
    assert questions(history, "spans") == 1


async def test_metrics_come_also_when_the_history_fails(serve: Serve) -> None:
    history = FakeHistory(ledgers={"api": [Span(NOON - DAY, Status.OPERATIONAL)]}, fault=RuntimeError("disk is gone"))
    client = await serve(sources(history=history))
    assert await value(client, "justkalm_component_uptime_ratio", component="api", window="day") is None
    assert await value(client, "justkalm_incidents_open", impact="none") == 0


async def test_metrics_do_not_wait_for_a_history_that_hangs(serve: Serve) -> None:
    history = FakeHistory()
    history.gate.clear()
    client = await serve(sources(history=history, patience=0.0))
    assert await value(client, "justkalm_incidents_open", impact="none") == 0


async def test_open_incidents_are_counted_by_impact(serve: Serve) -> None:
    client = await serve(busy())
    assert await value(client, "justkalm_incidents_open", impact="critical") == 1
    assert await value(client, "justkalm_incidents_open", impact="minor") == 0


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("justkalm_loop_lag_seconds_sum", {}, 0.002),
        ("justkalm_schedule_lateness_seconds_sum", {}, 0.001),
        ("justkalm_commit_seconds_count", {}, 1),
        ("justkalm_results_committed_total", {}, 12),
        ("justkalm_results_held", {}, 3),
        ("justkalm_results_dropped_total", {}, 2),
        ("justkalm_config_reload_success", {}, 1),
        ("justkalm_config_last_reload_timestamp_seconds", {}, NOON / 1000),
        ("justkalm_monitor_degraded", {"reason": "store_refused"}, 1),
        ("justkalm_build_info", {"version": "1.2.3"}, 1),
    ],
)
async def test_what_the_daemon_tells_is_shown(
    serve: Serve, name: str, labels: dict[str, str], expected: float
) -> None:
    assert await value(await serve(busy()), name, **labels) == expected


async def test_a_refused_reload_keeps_the_time_of_the_config_in_use(serve: Serve) -> None:
    told = busy()
    client = await serve(told)
    told.metrics.reloaded(ok=False, at=NOON + DAY)
    assert await value(client, "justkalm_config_reload_success") == 0
    assert await value(client, "justkalm_config_last_reload_timestamp_seconds") == NOON / 1000


async def test_the_process_is_measured(serve: Serve) -> None:
    client = await serve()
    assert (await value(client, "process_resident_memory_bytes") or 0) > 1_000_000


async def test_two_daemons_in_one_process_do_not_share_numbers() -> None:
    one, other = Metrics("1"), Metrics("1")
    one.held(7)
    assert other.registry.get_sample_value("justkalm_results_held") == 0


async def test_a_probe_that_left_the_setup_is_forgotten(serve: Serve) -> None:
    board = Board(setup=setup(component_setup("api", probes=(probe_setup("api/old"), probe_setup("api/new")))))
    told = sources(board)
    client = await serve(told)
    told.metrics.seen(result("api/old"))
    assert await value(client, "probe_success", component="api", probe="old") == 1
    kept = setup(component_setup("api", probes=(probe_setup("api/new"),)))
    board.apply(Configured(NOON, kept), Step(setup=kept))
    assert 'probe="old"' not in await scraped(client)
    assert set(told.metrics.tallies) == {"api/new"}
