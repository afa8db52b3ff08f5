"""The status page: plain HTML of what the API tells, readable without scripts, and live with one."""

from exporter.page.style import STYLE, STYLE_HASH, TEMPLATES

__all__ = ["STYLE", "STYLE_HASH", "TEMPLATES"]
