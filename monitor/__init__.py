"""Watches and decides."""
