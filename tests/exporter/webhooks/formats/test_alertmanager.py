"""Alertmanager takes what it is sent, fires it, and ends it: the real one does so."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.documents import timestamp
from exporter.webhooks.formats import FORMATS, alertmanager
from exporter.webhooks.formats.message import Message, Notice
from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    EventKind,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Status,
    StatusChange,
    Window,
)
from tests.builders import NOON
from tests.exporter.webhooks.formats.alertmanagers import Alertmanager
from tests.exporter.webhooks.formats.alertmanagers import alertmanager as running
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import (
    CREATED,
    ESCALATED,
    EVERY,
    OCCASIONS,
    UPDATED,
    WINDOW,
    entered,
    of_change,
    of_incident,
    of_window,
)

FIRED = [name for name in EVERY if not EVERY[name].postmortem]
LONG_BEFORE = NOON - 30 * 24 * HOUR
END = NOON + 9 * MINUTE
ENDED = of_incident(entered(ESCALATED, IncidentStatus.RESOLVED, "Over.", END, resolved_at=END, ended_at=END))


@pytest.fixture
async def manager(tmp_path: Path) -> AsyncIterator[Alertmanager]:
    async with running(tmp_path) as started:
        yield started


def said(notice: Notice) -> Any:
    sent = message("alertmanager", notice)
    assert sent is not None
    assert sent.url == "http://alertmanager.example:9093/api/v2/alerts"
    return json.loads(sent.body)


def now() -> Instant:
    return int(time.time() * SECOND)


def moved(notice: Notice, by: Duration) -> Notice:
    """The notice, as if it had happened so much later."""
    subject: Incident | StatusChange | Window
    match notice.event.subject:
        case Incident() as incident:
            subject = replace(incident, started_at=incident.started_at + by)
        case StatusChange() as change:
            subject = replace(change, since=change.since + by)
        case Window() as window:
            subject = replace(window, starts=window.starts + by, ends=window.ends + by)
    event = replace(notice.event, at=notice.event.at + by, subject=subject)
    return replace(notice, event=event, at=notice.at + by)


def sent(notice: Notice, manager: Alertmanager) -> Message:
    message = alertmanager.message(alertmanager.Settings(manager.url), notice)
    assert message is not None
    return message


def today(notice: Notice, manager: Alertmanager) -> Message:
    """What is sent of it when it happens now."""
    return sent(moved(notice, now() - notice.at), manager)


def set_back(notice: Notice, manager: Alertmanager) -> Message:
    """What is sent of it when it began an hour from now, and happens now."""
    later = moved(notice, now() + HOUR - notice.at)
    settled = replace(later, at=now(), event=replace(later.event, at=now()))
    return sent(settled, manager)


# ── what is said ─────────────────────────────────────────────────────────────────────────────────────


def test_an_incident_is_known_by_the_same_labels_while_it_is_equally_grave() -> None:
    labels = [said(OCCASIONS[occasion])[0]["labels"] for occasion in ("created", "updated", "monitoring", "reopened")]
    expected = {
        "alertname": "JustKalmIncident",
        "incident": "inc_0123456789abcdef",
        "severity": "critical",
    }
    assert labels == [expected] * 4


@pytest.mark.parametrize("changes", [{"cause": "api"}, {"title": "API outage"}, {"components": ("api",)}])
def test_an_incident_stays_the_same_alert_whatever_becomes_of_its_cause_title_and_components(
    changes: dict[str, Any],
) -> None:
    before, after = said(of_incident(UPDATED)), said(of_incident(replace(UPDATED, **changes)))
    assert after[0]["labels"] == before[0]["labels"]


@pytest.mark.parametrize(
    ("occasion", "components"),
    [("updated", "auth, api"), ("status_changed", "api"), ("maintenance_started", "api, batch")],
)
def test_components_are_annotated_by_their_ids(occasion: str, components: str) -> None:
    assert said(OCCASIONS[occasion])[0]["annotations"]["components"] == components


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        (Impact.CRITICAL, "critical"),
        (Impact.MAJOR, "critical"),
        (Impact.MINOR, "warning"),
        (Impact.NONE, "info"),
    ],
)
def test_the_severity_is_that_of_the_impact(impact: Impact, severity: str) -> None:
    assert said(of_incident(replace(CREATED, impact=impact)))[0]["labels"]["severity"] == severity


def test_an_open_incident_is_sent_again_well_before_it_would_end_by_itself() -> None:
    again_after = FORMATS["alertmanager"].again_after
    assert again_after == MINUTE
    first = OCCASIONS["created"]
    again = said(replace(first, at=first.at + again_after))[0]
    assert (said(first)[0]["endsAt"], again["endsAt"]) == ("2026-12-01T12:04:00.200Z", "2026-12-01T12:05:00.200Z")
    assert again["startsAt"] == said(first)[0]["startsAt"] == "2026-12-01T11:59:20Z"


def test_at_its_end_all_that_an_incident_may_have_been_ends_when_it_was_resolved() -> None:
    alerts = said(OCCASIONS["resolved"])
    assert [alert["labels"]["severity"] for alert in alerts] == ["critical", "warning", "info"]
    assert {alert["endsAt"] for alert in alerts} == {"2026-12-01T12:08:00Z"}


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (Status.MAJOR_OUTAGE, None),
        (Status.DEGRADED, None),
        (Status.MAINTENANCE, "2026-12-01T12:00:00Z"),
        (Status.OPERATIONAL, "2026-12-01T12:00:00Z"),
    ],
)
def test_a_component_fires_while_it_is_in_trouble(status: Status, ends: str | None) -> None:
    (alert,) = said(of_change(StatusChange("api", status, None, NOON - MINUTE)))
    assert alert["labels"] == {"alertname": "JustKalmComponentStatus", "component": "api", "severity": "info"}
    assert alert.get("endsAt") == ends


@pytest.mark.parametrize(
    ("occasion", "starts", "ends"),
    [
        ("maintenance_scheduled", "2026-11-28T12:00:00Z", "2026-11-28T12:04:00.200Z"),
        ("maintenance_started", "2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z"),
        ("maintenance_completed", "2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z"),
        ("maintenance_changed", "2026-12-01T12:01:00Z", "2026-12-01T12:05:00.200Z"),
        ("maintenance_cancelled", "2026-12-01T12:01:00Z", "2026-12-01T12:01:00Z"),
    ],
)
def test_maintenance_fires_when_it_is_announced_and_while_it_runs(occasion: str, starts: str, ends: str) -> None:
    (alert,) = said(OCCASIONS[occasion])
    assert alert["labels"]["alertname"] == "JustKalmMaintenance"
    assert (alert["startsAt"], alert["endsAt"]) == (starts, ends)


def test_maintenance_that_is_changed_while_it_runs_goes_on_firing_until_its_new_end() -> None:
    longer = replace(WINDOW, ends=WINDOW.ends + HOUR, changed=1)
    (alert,) = said(of_window(longer, EventKind.MAINTENANCE_SCHEDULED, NOON + MINUTE))
    assert (alert["startsAt"], alert["endsAt"]) == ("2026-12-01T12:00:00Z", "2026-12-01T14:00:00Z")


def test_what_is_written_of_an_incident_after_its_end_fires_nothing() -> None:
    assert message("alertmanager", OCCASIONS["postmortem"]) is None


def test_maintenance_that_is_completed_early_ends_then() -> None:
    early = replace(OCCASIONS["maintenance_completed"].event, at=NOON + 5 * MINUTE)
    (alert,) = said(replace(OCCASIONS["maintenance_completed"], event=early))
    assert alert["endsAt"] == "2026-12-01T12:05:00Z"
    assert early.kind is EventKind.MAINTENANCE_COMPLETED


@pytest.mark.parametrize("occasion", [name for name in FIRED if name in OCCASIONS])
def test_nothing_starts_after_now_or_its_end_though_the_clock_was_set_back(occasion: str) -> None:
    for alert in said(replace(OCCASIONS[occasion], at=LONG_BEFORE)):
        assert alert["startsAt"] <= min(timestamp(LONG_BEFORE), alert.get("endsAt", "9999"))


@pytest.mark.parametrize("occasion", ["resolved", "merged", "maintenance_completed"])
def test_what_ended_ends_now_at_the_latest_though_the_clock_was_set_back(occasion: str) -> None:
    ends = {alert["endsAt"] for alert in said(replace(OCCASIONS[occasion], at=LONG_BEFORE))}
    assert ends == {timestamp(LONG_BEFORE)}


@pytest.mark.parametrize("name", FIRED)
def test_no_annotation_mentions_anybody_or_holds_a_tag_wherever_it_is_passed_on(name: str) -> None:
    assert not re.search(r"[<>@]|\]\(", json.dumps(said(EVERY[name]), ensure_ascii=False))


# ── what the real one makes of it ────────────────────────────────────────────────────────────────────


async def test_alertmanager_pages_at_each_opening_and_tells_of_each_end(manager: Alertmanager) -> None:
    for occasion in ("created", "identified", "updated"):
        assert (await manager.take(today(OCCASIONS[occasion], manager))).status == 200
    (alert,) = await manager.firing()
    assert alert["status"]["state"] == "active"
    assert alert["annotations"]["affects"] == "Authentication and API"
    await manager.people.until(lambda pages: pages == [("firing", "critical")])

    await manager.take(today(OCCASIONS["resolved"], manager))
    assert await manager.firing() == []
    await manager.people.until(lambda pages: ("resolved", "critical") in pages)
    assert manager.people.pages.count(("firing", "critical")) == 1

    await manager.take(today(OCCASIONS["reopened"], manager))
    assert [each["labels"] for each in await manager.firing()] == [alert["labels"]]
    await manager.people.until(lambda pages: pages.count(("firing", "critical")) == 2)


@pytest.mark.parametrize("end", [ENDED, OCCASIONS["merged"]], ids=["resolved", "merged"])
async def test_alertmanager_pages_anew_when_trouble_grows_and_nothing_is_left_at_the_end(
    end: Notice, manager: Alertmanager
) -> None:
    await manager.take(today(OCCASIONS["minor"], manager))
    await manager.people.until(lambda pages: pages == [("firing", "warning")])
    await manager.take(today(OCCASIONS["escalated"], manager))
    await manager.people.until(lambda pages: ("firing", "critical") in pages)
    await manager.take(today(end, manager))
    assert await manager.firing() == []


async def test_alertmanager_takes_and_ends_an_incident_after_our_clock_was_set_back(manager: Alertmanager) -> None:
    await manager.take(today(OCCASIONS["created"], manager))
    for occasion in ("updated", "resolved"):
        assert (await manager.take(set_back(OCCASIONS[occasion], manager))).status == 200
    assert await manager.firing() == []


async def test_alertmanager_takes_whatever_happens_once_our_clock_was_set_back(manager: Alertmanager) -> None:
    answers = {name: await manager.take(set_back(EVERY[name], manager)) for name in FIRED if name in OCCASIONS}
    assert {name: answer.status for name, answer in answers.items() if answer.status != 200} == {}


@pytest.mark.parametrize("occasion", ["status_changed", "maintenance_scheduled", "maintenance_started"])
async def test_alertmanager_takes_what_is_no_incident(manager: Alertmanager, occasion: str) -> None:
    assert (await manager.take(today(OCCASIONS[occasion], manager))).status == 200
    assert [each["status"]["state"] for each in await manager.firing()] == ["active"]


async def test_alertmanager_takes_whatever_is_said(manager: Alertmanager) -> None:
    answers = {name: await manager.take(today(EVERY[name], manager)) for name in FIRED}
    assert {name: answer.status for name, answer in answers.items() if answer.status != 200} == {}
