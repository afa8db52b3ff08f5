"""Asks a running daemon whether it lives: what a container's health check runs, so nothing heavy is imported."""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

PATIENCE = 3.0  # seconds


def is_alive(url: str) -> bool:
    """Whether `/livez` under the URL answers 200. If not, says why on standard error."""
    try:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        connection.request("GET", f"{parts.path.rstrip('/')}/livez")
        status = connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        print(f"{url} does not answer: {error}", file=sys.stderr)  # noqa: T201
        return False
    if status != 200:
        print(f"{url} answers {status}", file=sys.stderr)  # noqa: T201
    return status == 200
