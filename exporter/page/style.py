"""The style of all pages, and the policy that allows it and nothing else."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent / "templates"
STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
