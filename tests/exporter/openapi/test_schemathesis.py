"""Whatever somebody may think of to ask, by the description or against it: the answer is as described."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from monitor.core.subscribing import Scope
from tests.exporter.desk import Desk
from tests.exporter.people import found
from tests.exporter.upkeep import maintaining

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "use_after_free",
)
CONFIG = Path(__file__).parent / "schemathesis.toml"

absent = pytest.mark.skipif(
    find_spec("schemathesis") is None, reason="nobody tries the API out: schemathesis is not installed"
)


async def tried(desk: Desk, key: str, folder: Path) -> tuple[int, str]:
    """Exit code and report of a run, which leaves what it leaves in the folder."""
    async with desk.client.get("/livez") as response:
        description = response.url.with_path("/api/v1/openapi.json")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", str(description)),
        *("--header", f"Authorization: Bearer {key}", "--checks", ",".join(CHECKS)),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
    assert running.returncode is not None
    return running.returncode, output.decode()


@absent
@pytest.mark.timeout(180)
async def test_no_request_leads_outside_the_description(tmp_path: Path) -> None:
    async with maintaining(tmp_path / "data") as desk:
        key = await desk.key(Scope.ADMIN)
        await found(desk)
        await desk.subscribe(key)
        code, report = await tried(desk, key, tmp_path)
    assert code == 0, report
    assert "Stateful" in report
