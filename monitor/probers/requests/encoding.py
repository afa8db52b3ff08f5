"""A request as it goes over the wire."""

from __future__ import annotations

import re

from multidict import CIMultiDict
from yarl import URL

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WITH_BODY = frozenset({"PATCH", "POST", "PUT"})


def encoded(method: str, url: URL, headers: CIMultiDict[str], body: bytes | None) -> bytes:
    """Headers that are given override those that belong to every request.

    Raises:
        ValueError: the method is none, or a header holds what would end it.
    """
    method = method.upper()
    if not TOKEN.fullmatch(method):
        raise ValueError(f"the method {method!r} holds what is no character of a method")
    lines = [f"{method} {url.raw_path_qs} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in _complete(method, url, headers, body).items()]
    if any(map(CONTROLS.search, lines)):
        raise ValueError("a header holds a control character, such as the end of a line")
    return "\r\n".join([*lines, "", ""]).encode(errors="ignore") + (body or b"")


def _complete(method: str, url: URL, headers: CIMultiDict[str], body: bytes | None) -> CIMultiDict[str]:
    complete = CIMultiDict({"Host": headers.get("Host", url.host_port_subcomponent or "")})
    complete.extend((name, value) for name, value in headers.items() if name.lower() != "host")
    if body is not None or method not in WITHOUT_BODY:
        complete.setdefault("Content-Length", str(len(body or b"")))
    if method in WITH_BODY:
        complete.setdefault("Content-Type", "application/octet-stream")
    complete.setdefault("Connection", "close")
    return complete
