"""Latency: how it went over weeks and months."""
