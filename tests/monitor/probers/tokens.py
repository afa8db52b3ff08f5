"""Tokens, and who grants them."""

from __future__ import annotations

import json

from monitor.probers.settings import OAuth2
from tests.monitor.probers.servers import answer

TOKEN = "token-of-the-endpoint"


def grant(token: str = TOKEN, **more: object) -> bytes:
    return answer(200, json.dumps({"access_token": token, "token_type": "Bearer"} | more).encode())


def client(url: str, **changes: str) -> OAuth2:
    return OAuth2(**{"token_url": url, "client_id": "me", "client_secret": "s3cret/word"} | changes)
