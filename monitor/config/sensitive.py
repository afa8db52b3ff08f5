"""Names that tell of a secret."""

from __future__ import annotations

import re

_SENSITIVE = re.compile(
    r"password|passwd|secret|token(?![_-]type)|(api|routing)[_-]?key|credential|private|signature", re.IGNORECASE
)


def is_sensitive(name: str) -> bool:
    """Whether a thing of this name is a secret; `token_type` and the like only say which sort it is of."""
    return bool(_SENSITIVE.search(name))
