"""Where templates lie, how all of them are read, and how a policy names a style."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


def environment(**shown: object) -> Environment:
    """Templates that escape what they show, and fail on what they are not given.

    Args:
        shown: what each template knows beside what it is rendered with.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= shown
    return made


def style_source(style: str) -> str:
    """What a policy calls an inline style."""
    return f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
