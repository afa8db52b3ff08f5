"""Probers that speak for themselves: one connection, and what is said on it in turns."""
