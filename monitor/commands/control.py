"""Asks the running daemon for what only its operator may have, over the socket in its directory."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from exporter.socketfile import CONTROL_SOCKET, NoSocketFile, check_length

PATIENCE = 60.0  # seconds; the test of an alert is two messages to a receiver that may hang
PAGE = 100  # entries; the most that the daemon hands out at a time


class Unreachable(Exception):
    """No daemon answers; the text says so, and what to do."""


class Refused(Exception):
    """The daemon does not do it; the text says why.

    Args:
        fields: what is wrong with each field of the document that was sent, by its name.
    """

    def __init__(self, detail: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.fields = fields or {}


def ask(data: Path, method: str, path: str, document: Mapping[str, object] | None = None) -> Any:
    """What the daemon on this directory answers; None where it has nothing to say.

    Raises:
        Unreachable: there is none, or it may not be asked.
        Refused: it answered with a problem, or with what nobody can read.
    """
    connection = _Connection(data / CONTROL_SOCKET)
    try:
        check_length(connection.path)
        connection.request(method, path, body=json.dumps(document) if document is not None else None)
        response = connection.getresponse()
        status, body = response.status, response.read()
    except NoSocketFile as error:
        raise Unreachable(str(error)) from None
    except (FileNotFoundError, ConnectionRefusedError):
        raise Unreachable(f"no daemon runs on {data}: start one with justkalm-monitor run --data {data}") from None
    except PermissionError:
        raise Unreachable(f"{connection.path} is not open to this user: ask as the one who runs the daemon") from None
    except (OSError, HTTPException) as error:
        raise Unreachable(f"{connection.path} does not answer: {error}") from None
    finally:
        connection.close()
    return None if status == HTTPStatus.NO_CONTENT else _understood(status, body, connection.path)


def listed(data: Path, path: str, name: str, **filters: str) -> Iterator[Any]:
    """All entries of a list by that name, however many pages they fill; errors as of `ask`."""
    query = {"limit": str(PAGE), **filters}
    while True:
        page = ask(data, "GET", f"{path}?{urlencode(query)}")
        yield from page[name]
        if "next_cursor" not in page:
            return
        query["cursor"] = page["next_cursor"]


def _understood(status: int, body: bytes, path: Path) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or (status >= 400 and "detail" not in answer):
        raise Refused(f"{path} answered {status} and nothing that can be read: see what the daemon logged")
    if status >= 400:
        raise Refused(answer["detail"], {error["field"]: error["detail"] for error in answer.get("errors", ())})
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
