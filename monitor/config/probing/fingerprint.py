"""What changes when a probe asks something else, or expects something else."""

from __future__ import annotations

from dataclasses import asdict

from monitor.config.digest import digest
from monitor.probers.settings import Expect, Target, Trust

# What came after the first fingerprints is named only where it says something: an upgrade clears no streak.
_LATER = {"auth": None, "trust": asdict(Trust()), "proxy": None}


def fingerprint(target: Target, expect: Expect) -> str:
    asked = {name: value for name, value in asdict(target).items() if name not in _LATER or value != _LATER[name]}
    return digest([asked, asdict(expect)])
