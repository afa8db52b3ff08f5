"""Asks the running daemon for what only its operator may have, over the socket in its directory."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

SOCKET = "control.sock"
PATIENCE = 30.0  # seconds


class Unreachable(Exception):
    """No daemon answers; the text says so, and what to do."""


class Refused(Exception):
    """The daemon does not do it; the text says why."""


def ask(data: Path, method: str, path: str, document: Mapping[str, object] | None = None) -> Any:
    """What the daemon on this directory answers; None where it answers nothing.

    Raises:
        Unreachable: there is none, or it may not be asked.
        Refused: it answered with a problem.
    """
    connection = _Connection(data / SOCKET)
    try:
        connection.request(method, path, body=json.dumps(document) if document is not None else None)
        response = connection.getresponse()
        status, body = response.status, response.read()
    except (FileNotFoundError, ConnectionRefusedError):
        raise Unreachable(f"no daemon runs on {data}: start one with justkalm-monitor run --data {data}") from None
    except PermissionError:
        raise Unreachable(f"{connection.path} is not open to this user: ask as the one who runs the daemon") from None
    except (OSError, HTTPException) as error:
        raise Unreachable(f"{connection.path} does not answer: {error}") from None
    finally:
        connection.close()
    answer: Any = json.loads(body) if body else None
    if status >= 400:
        raise Refused(answer["detail"])
    return answer


class _Connection(HTTPConnection):
    """HTTP over a socket file."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))
