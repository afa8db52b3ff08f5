"""Small files for tests: what a test is about stands alone, the rest is dull and right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import indent
from typing import Protocol

from monitor.config import Config
from monitor.probers.settings import HttpTarget


class Load(Protocol):
    """Loads a text, with these variables set."""

    def __call__(self, text: str, environ: Mapping[str, str] | None = None) -> Config: ...


class Refuse(Protocol):
    """The faults of a text, as lines of output without the folder."""

    def __call__(self, text: str, environ: Mapping[str, str] | None = None) -> list[str]: ...


RIGHT = """\
components:
  api:
    probes:
      health:
        http: https://api.test/
"""


def with_probe_settings(settings: str) -> str:
    """The right file with more settings for its probe, from line 6 on."""
    return RIGHT + indent(settings, " " * 8)


def with_request(request: str) -> str:
    """A file whose probe asks as the mapping says, from line 7 on."""
    return RIGHT.replace("http: https://api.test/", "http:") + indent(f"url: https://api.test/\n{request}", " " * 10)


def with_probe(probe: str) -> str:
    """A file with this probe, from line 5 on."""
    return RIGHT.partition("        http:")[0] + indent(probe, " " * 8) + "\n"


def with_steps(*steps: str) -> str:
    """A file whose probe takes these steps in a minute, from line 7 on."""
    return with_probe("interval: 1m\nsteps:\n" + _items(steps))


def with_sections(sections: str) -> str:
    """The right file with more sections, from line 6 on."""
    return RIGHT + sections


def with_alerts(*alerts: str) -> str:
    """The right file with these alerts, from line 7 on."""
    return with_sections("alerts:\n" + _items(alerts))


def with_maintenance(*planned: str) -> str:
    """The right file with this planned work, from line 7 on."""
    return with_sections("maintenance:\n" + _items(planned))


def _items(texts: Iterable[str]) -> str:
    return "".join(f"  - {indent(text, ' ' * 4).lstrip()}\n" for text in texts)


def request_of(config: Config, probe: str = "api/health") -> HttpTarget:
    """The request of a probe that makes one."""
    target = config.probes[probe].target
    assert isinstance(target, HttpTarget)
    return target
