"""A report as a page that reads well on paper."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exporter.documents import coverage
from exporter.page import STYLE, STYLE_HASH, TEMPLATES
from exporter.reporting import words
from exporter.reporting.document import NOTE
from monitor.core.model import Status
from monitor.core.reporting import Report

REPORT_STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")
REPORT_STYLE_HASH = b64encode(hashlib.sha256(REPORT_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}' 'sha256-{REPORT_STYLE_HASH}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The filters of the template, which are functions of `words`.
SHOWN = (
    "month_name",
    "moment",
    "percent",
    "words",
    "name",
    "impact",
    "kind",
    "latency",
    "duration",
    "budget_left",
    "burning",
)


def report_page(report: Report) -> str:
    """HTML that needs nothing but itself."""
    return _TEMPLATE.render(report=report)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(words, name) for name in SHOWN} | {"coverage": coverage}
    environment.globals |= {
        "style": Markup(STYLE),
        "report_style": Markup(REPORT_STYLE),
        "statuses": list(Status),
        "note": NOTE,
        "unknown_zone": words.UNKNOWN_ZONE,
    }
    return environment


# Compiled while we start: at the first request it would hold up the loop.
_TEMPLATE = _environment().get_template("report.html")
