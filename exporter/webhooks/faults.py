"""Faults of ours in the log."""

from __future__ import annotations

from traceback import format_tb


def traced(fault: BaseException) -> str:
    """What kind of fault it was, and where; not its text, which may hold an endpoint."""
    return f"{type(fault).__name__}\n{''.join(format_tb(fault.__traceback__))}".rstrip()
