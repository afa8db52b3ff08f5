"""The import contracts of `setup.cfg` keep what they are named for only while they name every part."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = {
    f"monitor.{path.stem}"
    for path in (ROOT / "monitor").iterdir()
    if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())
}


@pytest.mark.parametrize("contract", ["ground", "remembering", "telling"])
def test_a_contract_forbids_every_part_of_the_watching_wing_but_the_core(contract: str) -> None:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    forbidden = parser[f"importlinter:contract:{contract}"]["forbidden_modules"].split()
    assert PARTS - {"monitor.core"} <= set(forbidden)
