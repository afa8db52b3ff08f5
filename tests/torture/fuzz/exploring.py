"""schemathesis against a daemon: requests by its description and against it, and walks from one to the next."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.exporter.openapi.test_schemathesis import CHECKS
from tests.torture.scorecard import Unavailable

SAID = 1_500  # characters of a report that are told

CONFIG = """
seed = {seed}
warnings = false
continue-on-failure = true

[generation]
no-shrink = true

[phases.fuzzing.generation]
max-examples = {examples}

[phases.stateful.generation]
max-examples = {walks}

# A stream never ends.
[[operations]]
include-path = "/api/v1/stream"
enabled = false

# Whoever subscribes an endpoint that chance made up has a real daemon tell it.
[[operations]]
include-name = "POST /api/v1/subscriptions"
enabled = false

[[operations]]
include-name = "PATCH /api/v1/subscriptions/{{id}}"
enabled = false
"""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is asked.

    Args:
        phases: of the tool, with commas between them.
        examples: of each operation.
        walks: from one operation to the next.
    """

    phases: str
    examples: int
    walks: int


_GENERATED = re.compile(r"(\d+) generated")


def require_schemathesis() -> None:
    """Raises Unavailable where there is none."""
    if find_spec("schemathesis") is None:
        raise Unavailable("schemathesis is not installed")


async def explored(url: str, key: str, folder: Path, *, seed: int, extent: Extent) -> tuple[int, list[str]]:
    """How many requests were made, and a sentence where an answer was not as described.

    Args:
        folder: where the tool leaves what it leaves.
    """
    config = folder / "schemathesis.toml"
    asked = CONFIG.format(seed=seed, examples=extent.examples, walks=extent.walks)
    config.write_text(asked, encoding="utf-8")
    exploring = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
        *("run", f"{url}/api/v1/openapi.json", "--no-color", "--phases", extent.phases),
        *("--header", f"Authorization: Bearer {key}", "--checks", ",".join(CHECKS)),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await exploring.communicate()
    finally:
        if exploring.returncode is None:
            exploring.kill()
            await exploring.wait()
    report = output.decode(errors="replace")
    made = sum(map(int, _GENERATED.findall(report)))
    lost = [] if exploring.returncode == 0 else [f"not as described: {report[-SAID:]}"]
    return made, lost if made else [*lost, "nothing was asked of the daemon"]
