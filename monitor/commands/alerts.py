"""The commands for alerts, as an operator sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor.commands.control import Refused, ask
from monitor.commands.errands import Exit, done, show_table
from monitor.terminal import say

ALERTS = ("NAME", "FORMAT", "EVENTS", "COMPONENTS", "LEAST IMPACT", "FAILING SINCE", "OWED")
DELIVERIES = ("CREATED", "EVENT", "INCIDENT", "STATE", "ATTEMPTS", "LATEST ANSWER")
OPTIONS = {"since": "--since"}
SHOWN = 100  # deliveries


def list_alerts(data: Path) -> Exit:
    """Print a line for each alert, in the order of the config."""
    return done(lambda: show_table(ALERTS, map(_alert_row, ask(data, "GET", "/alerts")["alerts"])))


def test_alert(data: Path, alert: str) -> Exit:
    """Have an alert told of a pretend incident, and print what it answered."""

    def test() -> None:
        attempts = ask(data, "POST", f"/alerts/{_in_path(alert)}/test")["attempts"]
        for attempt in attempts:
            if attempt["taken"]:
                say(f"{alert} took {attempt['type']} in {attempt['duration_ms']} ms")
        refused = [f"{alert} did not take {each['type']}: {_answer(each)}" for each in attempts if not each["taken"]]
        if refused:
            raise Refused("\n".join(refused))

    return done(test)


def list_deliveries(data: Path, alert: str) -> Exit:
    """Print a line for each of the latest deliveries, newest first."""

    def show() -> None:
        listed = ask(data, "GET", f"/alerts/{_in_path(alert)}/deliveries?limit={SHOWN}")
        show_table(DELIVERIES, map(_delivery_row, listed["deliveries"]))

    return done(show)


def redeliver(data: Path, alert: str, since: str) -> Exit:
    """Have an alert told again what it did not take, and print how much that is."""

    def owe_again() -> None:
        recovered = ask(data, "POST", f"/alerts/{_in_path(alert)}/recover", {"since": since})["recovered"]
        say(f"{alert} is owed again: {recovered}")

    return done(owe_again, OPTIONS)


def _in_path(alert: str) -> str:
    return quote(alert, safe="")


def _alert_row(alert: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        alert["name"],
        alert["format"],
        ",".join(alert["events"]),
        ",".join(alert["components"]) or "all",
        alert["least_impact"] or "any",
        alert["failing_since"] or "no",
        str(alert["pending"]),
    )


def _delivery_row(delivery: Mapping[str, Any]) -> tuple[str, ...]:
    attempts = delivery["attempts"]
    return (
        delivery["created_at"],
        delivery["type"],
        delivery["incident"] or "none",
        delivery["state"],
        str(len(attempts)),
        _answer(attempts[-1]) if attempts else "none",
    )


def _answer(attempt: Mapping[str, Any]) -> str:
    if attempt["status"] is None:
        return str(attempt["excerpt"])
    return f"{attempt['status']} {attempt['excerpt']}".rstrip()
