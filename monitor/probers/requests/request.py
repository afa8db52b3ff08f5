"""What is asked: the first request of a run, and the one a redirect asks for."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from urllib.parse import urlencode

from multidict import CIMultiDict
from yarl import URL

from monitor.core.model import Reason
from monitor.probers.judging.failures import Failure, RedirectError
from monitor.probers.requests.encoding import encoded
from monitor.probers.settings import Auth, Basic, Bearer, HttpTarget

DEFAULT_HEADERS = {
    "User-Agent": f"justkalm-monitor/{version('justkalm-monitor')}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CREDENTIALS = ("Authorization", "Cookie", "Proxy-Authorization")
OF_THE_BODY = ("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding")


@dataclass(frozen=True)
class Request:
    """One HTTP request; `url` holds no credentials."""

    method: str
    url: URL
    headers: CIMultiDict[str]
    body: bytes | None = None

    @cached_property
    def encoded(self) -> bytes:
        """As it goes over the wire. Raises ValueError where a header cannot."""
        return encoded(self.method, self.url, self.headers, self.body)

    def with_header(self, name: str, value: str) -> Request:
        headers = self.headers.copy()
        headers[name] = value
        return replace(self, headers=headers)


def first_request(target: HttpTarget) -> Request:
    """The request that a run begins with. Headers of the target override ours, credentials in its URL its `auth`."""
    url = URL(target.url).extend_query(target.query)
    headers = CIMultiDict(DEFAULT_HEADERS)
    authorization = _authorization(url, target.auth)
    if authorization is not None:
        headers["Authorization"] = authorization
    body, content_type = _body(target)
    if content_type is not None:
        headers["Content-Type"] = content_type
    headers.update(target.headers)
    return Request(target.method, url.with_user(None), headers, body)


def basic(username: str, password: str) -> str:
    """The value of a header that proves who we are by a password."""
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def redirected(request: Request, status: int, location: str) -> Request:
    """The request that a redirect asks for, as browsers do it.

    Raises:
        RedirectError: it leads to something that is no HTTP address.
    """
    url = _target(request.url, location)
    headers = request.headers.copy()
    if url.origin() != request.url.origin():
        _drop(headers, *CREDENTIALS, "Host")
    if _becomes_get(request.method, status):
        _drop(headers, *OF_THE_BODY)
        return Request("GET", url, headers)
    return replace(request, url=url, headers=headers)


def _authorization(url: URL, auth: Auth | None) -> str | None:
    if url.user is not None:
        return basic(url.user, url.password or "")
    match auth:
        case Bearer():
            return f"Bearer {auth.token}"
        case Basic():
            return basic(auth.username, auth.password)
    return None


def _body(target: HttpTarget) -> tuple[bytes | None, str | None]:
    if target.json is not None:
        return target.json.encode(), "application/json"
    if target.form is not None:
        return urlencode(target.form).encode(), "application/x-www-form-urlencoded"
    if target.body is not None:
        return target.body.encode(), "text/plain; charset=utf-8"
    return None, None


def _target(asked: URL, location: str) -> URL:
    try:
        url = asked.join(URL(location))
        if url.scheme in ("http", "https") and url.host:
            return url.with_user(None).with_fragment(None)
    except ValueError:
        pass  # no URL at all is refused in the same way
    detail = f"redirected to {location}, which is no HTTP address"
    raise RedirectError(Failure(Reason.REDIRECT_REFUSED, detail, phase="headers"))


def _becomes_get(method: str, status: int) -> bool:
    return (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST")


def _drop(headers: CIMultiDict[str], *names: str) -> None:
    for name in names:
        headers.popall(name, None)
