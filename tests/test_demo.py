"""The demo as a newcomer sees it: from outside, at its own pace."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from monitor.demo.parts.batch import JOB_TAKES
from tests.daemons import Daemon, statuses

SECONDS = 90  # in which the whole story is to be seen
PROBES = (
    ("api", "health"),
    ("api", "valuations"),
    ("dashboard", "page"),
    ("webhooks", "delivery"),
    ("batch", "job"),
    ("auth", "token"),
    ("cdn", "asset"),
)
SUCCESSES = [f'probe_success{{component="{component}",probe="{probe}"}}' for component, probe in PROBES]


def by_title(answer: Any) -> dict[str, Any]:
    return {incident["title"]: incident for incident in answer["incidents"]}


@pytest.mark.timeout(2 * SECONDS)
async def test_the_demo_tells_the_true_story_of_what_the_pretend_justkalm_did() -> None:
    async with Daemon("demo", "--listen", "127.0.0.1:0") as demo:
        demo.patience = SECONDS
        await demo.welcomes()
        await demo.until("/api/v1/status", lambda answer: answer["status"] == "operational")
        await demo.until("/metrics", lambda answer: all(f"{name} 1" in answer for name in SUCCESSES))
        batch = await demo.get("/api/v1/components/batch")
        assert batch["response_time_ms"] > JOB_TAKES * 900  # our own time between the requests is not counted

        slow = await demo.until("/api/v1/incidents", lambda answer: "Elevated API latency" in by_title(answer))
        assert by_title(slow)["Elevated API latency"]["impact"] == "minor"
        assert statuses(await demo.get("/api/v1/status"))["api"] == "degraded_performance"

        await demo.until("/api/v1/status", lambda answer: statuses(answer)["auth"] == "major_outage")
        assert 'probe_success{component="auth",probe="token"} 0' in await demo.get("/metrics")
        identified = await demo.until(
            "/api/v1/incidents", lambda answer: "api" in answer["incidents"][0]["components"]
        )
        outage = by_title(identified)["Authentication outage"]
        assert (outage["status"], outage["impact"], outage["cause"]) == ("identified", "critical", "auth")
        assert "connection refused" in outage["updates"][0]["message"]

        ended = await demo.until(
            "/api/v1/incidents", lambda answer: {i["status"] for i in answer["incidents"]} == {"resolved"}
        )
        told = {title: [update["status"] for update in i["updates"]] for title, i in by_title(ended).items()}
        assert told == {
            "Elevated API latency": ["investigating", "monitoring", "resolved"],
            "Authentication outage": ["investigating", "identified", "identified", "monitoring", "resolved"],
        }
        assert set(statuses(await demo.get("/api/v1/status")).values()) == {"operational"}
        auth = await demo.get("/api/v1/components/auth")
        assert 0 < auth["uptime_day"] < 100

        demo.signal(signal.SIGINT)
        code, _, _ = await demo.ends()
        assert code == 0
