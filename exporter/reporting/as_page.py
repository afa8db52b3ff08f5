"""A report as a page that reads well on paper."""

from __future__ import annotations

from functools import cache

from jinja2 import Template
from markupsafe import Markup

from exporter.documents import coverage
from exporter.page.style import STYLE, STYLE_SOURCE
from exporter.reporting import words
from exporter.reporting.document import NOTE
from exporter.templating import TEMPLATES, environment, style_source
from monitor.core.model import Status
from monitor.core.reporting import Report

REPORT_STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src {STYLE_SOURCE} {style_source(REPORT_STYLE)}; img-src data:; "
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
    return _template().render(report=report)


@cache  # compiled when it is first asked for: a start need not wait for it
def _template() -> Template:
    telling = environment(
        style=Markup(STYLE),
        report_style=Markup(REPORT_STYLE),
        statuses=list(Status),
        note=NOTE,
        unknown_zone=words.UNKNOWN_ZONE,
    )
    telling.filters |= {name: getattr(words, name) for name in SHOWN} | {"coverage": coverage}
    return telling.get_template("report.html")
