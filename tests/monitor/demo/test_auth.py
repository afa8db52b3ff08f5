"""Tokens of the pretend Authentication, as RFC 6749 and RFC 7662 have them."""

from __future__ import annotations

import aiohttp
import pytest

from monitor.demo.parts.auth import CLIENT_ID, CLIENT_SECRET, TOKEN_LIFETIME, Auth
from monitor.demo.pretend import JustKalm
from tests.monitor.demo.conftest import Clock

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
GRANT = {"grant_type": "client_credentials"}


async def test_a_client_gets_a_bearer_token_that_is_active(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    async with client.post(f"{justkalm.urls['auth']}/oauth/token", data=CLIENT | GRANT) as response:
        answer = await response.json()
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", TOKEN_LIFETIME)
    assert await _active(justkalm, client, answer["access_token"])


async def test_a_client_may_show_its_secret_in_the_authorization_header(
    justkalm: JustKalm, client: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": "Basic ZGVtby1tb25pdG9yOmRlbW8tc2VjcmV0"}
    url = f"{justkalm.urls['auth']}/oauth/token"
    async with client.post(url, data=GRANT, headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (GRANT, 401, "invalid_client"),
        (GRANT | CLIENT | {"client_secret": "guessed"}, 401, "invalid_client"),
        (GRANT | CLIENT | {"client_id": "somebody"}, 401, "invalid_client"),
        (CLIENT, 400, "invalid_request"),
        (CLIENT | {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_token_request_is_refused_as_oauth_says(
    justkalm: JustKalm, client: aiohttp.ClientSession, form: dict[str, str], status: int, error: str
) -> None:
    async with client.post(f"{justkalm.urls['auth']}/oauth/token", data=form) as response:
        assert (response.status, await response.json()) == (status, {"error": error})
        assert ("WWW-Authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize("encoded", ["", "!", "Zm9v", "é"])
async def test_a_malformed_authorization_header_is_an_invalid_client(
    justkalm: JustKalm, client: aiohttp.ClientSession, encoded: str
) -> None:
    url, headers = f"{justkalm.urls['auth']}/oauth/token", {"Authorization": f"Basic {encoded}"}
    async with client.post(url, data=CLIENT | GRANT, headers=headers) as response:
        assert (response.status, await response.json()) == (401, {"error": "invalid_client"})


async def test_only_a_client_may_ask_whether_a_token_is_active(
    justkalm: JustKalm, client: aiohttp.ClientSession, token: str
) -> None:
    url = f"{justkalm.urls['auth']}/oauth/introspect"
    async with client.post(url, data={"token": token}) as response:
        assert response.status == 401
    async with client.post(url, data=CLIENT) as response:
        assert (response.status, await response.json()) == (400, {"error": "invalid_request"})


async def test_the_key_is_named_and_kept_secret(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{justkalm.urls['auth']}/.well-known/jwks.json") as response:
        (key,) = (await response.json())["keys"]
    assert (key["kty"], key["alg"], "k" in key) == ("oct", "HS256", False)
    assert key["kid"]


def test_a_token_is_active_until_it_expires(clock: Clock) -> None:
    auth = Auth(clock)
    token = auth.issue(60)
    clock.now = 59.9
    assert auth.active(token)
    clock.now = 60.0
    assert not auth.active(token)


@pytest.mark.parametrize("token", ["", ".", "60", "60.", "60.é", "never.0000"])
def test_a_token_that_we_did_not_sign_is_not_active(clock: Clock, token: str) -> None:
    assert not Auth(clock).active(token)


def test_a_token_whose_expiry_was_changed_is_not_active(clock: Clock) -> None:
    auth = Auth(clock)
    _, _, signature = auth.issue(60).partition(".")
    assert not auth.active(f"61.{signature}")


async def _active(justkalm: JustKalm, client: aiohttp.ClientSession, token: str) -> bool:
    form = CLIENT | {"token": token}
    async with client.post(f"{justkalm.urls['auth']}/oauth/introspect", data=form) as response:
        return bool((await response.json())["active"])
