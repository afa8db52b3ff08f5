"""Plays what was recorded through the same core again, as another config would have judged it."""
