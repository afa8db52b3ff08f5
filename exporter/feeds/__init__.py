"""Feeds: incidents for feed readers, maintenance for calendars."""
