"""Windows with dull defaults."""

from __future__ import annotations

from monitor.core.model import HOUR, Instant, Window
from tests.builders import NOON


def window(
    id: str = "mnt_0123456789abcdef",  # noqa: A002
    *,
    starts: Instant = NOON,
    ends: Instant | None = None,
    **changes: object,
) -> Window:
    defaults: dict[str, object] = {"title": "Database upgrade", "components": ("api",)}
    return Window(
        id=id,
        starts=starts,
        ends=starts + HOUR if ends is None else ends,
        **(defaults | changes),  # type: ignore[arg-type]
    )
