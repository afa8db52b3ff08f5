"""Whether a failure may be our own doing: asked of each result before it is decided."""

from __future__ import annotations

from monitor.doubts.doubts import Doubts, Witness
from monitor.doubts.references import References
from monitor.doubts.standing import Reference

__all__ = ["Doubts", "Reference", "References", "Witness"]
