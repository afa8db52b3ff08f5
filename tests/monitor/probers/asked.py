"""What a server was asked."""

from __future__ import annotations


def header(request: bytes, name: str) -> str | None:
    lines = [line.partition(b": ") for line in request.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    return next((value.decode() for key, _, value in lines if key.decode().lower() == name.lower()), None)
