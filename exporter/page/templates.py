"""The templates of the pages, and what all of them show."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from exporter.page.style import STYLE
from exporter.page.words import as_of, headline
from exporter.rendering import Rendering, as_html
from exporter.sources import Sources
from exporter.templating import environment
from monitor.core.model import Status

COLOURS = {
    Status.OPERATIONAL: "#1a7f4b",
    Status.DEGRADED: "#8a5a00",
    Status.PARTIAL_OUTAGE: "#b0490a",
    Status.MAJOR_OUTAGE: "#c02637",
    Status.MAINTENANCE: "#2f5fc4",
    Status.UNKNOWN: "#5f6873",
}

# Overrides, embeddings and isolates: those that are not closed reach as far as the line.
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


async def rendered(template: str, sources: Sources, **view: Any) -> Rendering:
    """A page of one of the templates, from its view and what all pages show."""
    overall = headline(sources.board)
    shown = {
        "page": sources.page,
        "overall": overall,
        "as_of": as_of(sources.clock.now(), sources.page.timezone),
        "degraded": sorted(sources.vitals.degraded),
        **view,
    }
    # It takes some 10 ms: on the loop, it would make probes late.
    return await asyncio.to_thread(_page, template, overall.shape, shown)


def _page(template: str, shape: str, shown: Mapping[str, object]) -> Rendering:
    return as_html(_environment().get_template(f"{template}.html").render(icon=icon(shape), **shown))


@cache
def icon(status: str) -> str:
    """The sign of a status, as an address that holds all of the picture."""
    picture = _environment().get_template("icon.svg")
    return "data:image/svg+xml," + quote(picture.render(status=status, colour=COLOURS[Status(status)]))


def _steady(value: object) -> object:
    """Without what would turn the direction of the words around it."""
    return value.translate(TURNS) if isinstance(value, str) and not value.isascii() else value


@cache  # each template is compiled when it is first asked for: a start need not wait for it
def _environment() -> Environment:
    steady = environment(style=Markup(STYLE))
    steady.finalize = _steady
    return steady
