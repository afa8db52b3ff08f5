"""The description of the whole HTTP API (OpenAPI 3.1): written once, read by programs and by people."""
