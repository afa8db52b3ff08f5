"""Connections, and what happens on them: when, with whom, and how they are encrypted."""
