"""HTTP requests with all that belongs to one: redirects, tokens, and what comes back."""
