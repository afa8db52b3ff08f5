"""OAuth 2.0 client credentials (RFC 6749, section 4.4): what is asked of a token endpoint, and what it grants."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from monitor.core.model import Reason
from monitor.probers.judging.expect import Answer
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.request import basic
from monitor.probers.settings import HttpTarget, OAuth2
from monitor.probers.wire.phases import MILLISECOND

SECONDS = 1_000 * MILLISECOND
UNSAID = 300.0  # seconds a token is good for when its endpoint does not say
LONGEST = 86_400.0
MARGIN = 30.0  # seconds before its end a token is used no more


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and until when (monotonic ns) it is used."""

    value: str = field(repr=False)
    until: int


class Tokens:
    """Tokens that are still good, by the credentials they were granted for."""

    def __init__(self) -> None:
        self._held: dict[OAuth2, Token] = {}
        self._locks: dict[OAuth2, asyncio.Lock] = {}

    def held(self, auth: OAuth2) -> Token | None:
        token = self._held.get(auth)
        return token if token and time.monotonic_ns() < token.until else None

    def hold(self, auth: OAuth2, token: Token) -> None:
        self._held[auth] = token

    def drop(self, auth: OAuth2, token: Token) -> None:
        """It was refused; one that was granted meanwhile stays."""
        if self._held.get(auth) is token:
            del self._held[auth]

    def asking(self, auth: OAuth2) -> asyncio.Lock:
        """To be held while asking for one, so that all who need it ask once."""
        return self._locks.setdefault(auth, asyncio.Lock())


def token_target(auth: OAuth2, target: HttpTarget) -> HttpTarget:
    """What asks for a token, on the same way as the target is asked."""
    form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
    proof = basic(quote_plus(auth.client_id), quote_plus(auth.client_secret))
    return HttpTarget(
        url=auth.token_url,
        method="POST",
        headers={"Authorization": proof, "Accept": "application/json"},
        form=form,
        follow_redirects=False,
        trust=target.trust,
        proxy=target.proxy,
    )


def granted(answer: Answer) -> Token | Failure:
    """The token in an answer, or why there is none."""
    if not 200 <= answer.status < 300:
        return _refused(f"answered {answer.status}")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return _refused("answered what is not JSON")
    value = document.get("access_token") if isinstance(document, dict) else None
    if not isinstance(value, str) or not value:
        return _refused("answered without an access_token")
    if not (value.isascii() and value.isprintable()):
        return _refused("answered an access_token that fits in no header")
    return Token(value, time.monotonic_ns() + int(_good_for(document.get("expires_in")) * SECONDS))


def _refused(how: str) -> Failure:
    return Failure(Reason.AUTH, f"the token endpoint {how}", phase="assertion")


def _good_for(expires_in: object) -> float:
    """Seconds; some endpoints write them as text."""
    try:
        seconds = min(float(str(expires_in)), LONGEST)
    except ValueError:
        seconds = UNSAID
    return max(seconds - MARGIN, seconds / 2) if seconds > 0 else 0.0
