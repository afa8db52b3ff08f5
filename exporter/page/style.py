"""The style of all pages, and the policy that allows it and nothing else."""

from __future__ import annotations

from exporter.templating import TEMPLATES, style_source

STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
STYLE_SOURCE = style_source(STYLE)
POLICY = (
    f"default-src 'none'; style-src {STYLE_SOURCE}; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
