"""Whether a failure may be our own doing: asked of each result before it is decided."""

from __future__ import annotations

from monitor.doubts.doubts import Doubts
from monitor.doubts.references import Reference, References

__all__ = ["Doubts", "Reference", "References"]
