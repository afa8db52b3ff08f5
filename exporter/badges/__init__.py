"""Badges: small pictures of how a component is, for pages of others."""
