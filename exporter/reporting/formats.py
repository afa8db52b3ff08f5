"""The formats in which reports are told, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exporter.rendering import JSON, json_text
from exporter.reporting.as_csv import report_csv
from exporter.reporting.as_page import report_page
from exporter.reporting.as_text import report_text
from exporter.reporting.document import report_document
from monitor.core.reporting import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A media type, and what makes a report of it."""

    media_type: str
    text: Callable[[Report], str]

    @property
    def content_type(self) -> str:
        return self.media_type if self.media_type == JSON else f"{self.media_type}; charset=utf-8"


FORMATS: Mapping[str, Format] = {
    "json": Format(JSON, lambda report: json_text(report_document(report))),
    "csv": Format("text/csv", report_csv),
    "text": Format("text/plain", report_text),
    "html": Format("text/html", report_page),
}
