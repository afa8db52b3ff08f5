"""The JavaScript breaker, tested by Node's own runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")
TESTS = Path(__file__).with_name("circuit.test.mjs")


@pytest.mark.skipif(NODE is None, reason="Node is not installed: nothing of the JavaScript breaker was tried")
def test_the_javascript_breaker_does_all_that_its_own_tests_say() -> None:
    assert NODE is not None
    ran = subprocess.run([NODE, "--test", TESTS], capture_output=True, text=True, timeout=55)
    assert ran.returncode == 0, ran.stdout
    assert "# fail 0" in ran.stdout
    assert "# pass 0" not in ran.stdout
