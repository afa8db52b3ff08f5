"""Remembers: `Store` keeps all that was decided in one SQLite file."""

from storage.errors import Held, NotNow, Unusable
from storage.store import Store

__all__ = ["Held", "NotNow", "Store", "Unusable"]
