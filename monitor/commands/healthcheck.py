"""Asks a running daemon whether it lives: what a container's health check runs, so nothing heavy is imported."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from monitor.terminal import complain

PATIENCE = 3.0  # seconds
OK = 200


def is_alive(url: str) -> bool:
    """Whether `/livez` under the URL answers 200. If not, says why on standard error."""
    try:
        status = _livez(url)
    except HTTPException:
        complain(f"{url} answers with something that is not HTTP")
        return False
    except (OSError, ValueError) as error:
        complain(f"{url} does not answer: {error}")
        return False
    if status != OK:
        complain(f"{url} answers {status}")
    return status == OK


def _livez(url: str) -> int:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("write it like http://127.0.0.1:8080")
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=PATIENCE)
    connection.request("GET", f"{parts.path.rstrip('/')}/livez")
    return connection.getresponse().status
