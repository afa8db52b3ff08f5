"""What changes when a probe asks something else, or expects something else."""

from __future__ import annotations

from monitor.config.digest import by_field, digest
from monitor.probers.settings import Expect, Target, Trust

# What came after the first fingerprints is named only where it says something: an upgrade clears no streak.
_LATER = {"auth": None, "trust": Trust(), "proxy": None}


def fingerprint(target: Target, expect: Expect) -> str:
    asked = {name: value for name, value in by_field(target).items() if name not in _LATER or value != _LATER[name]}
    return digest([asked, expect])
