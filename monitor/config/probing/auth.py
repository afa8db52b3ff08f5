"""How a request proves who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from monitor.config import shapes
from monitor.config.block import SecretBlock
from monitor.config.credentials import Password, token
from monitor.config.faults import BadValue, Found, Place
from monitor.config.kinds import Line, Url
from monitor.config.probing.choice import one_of
from monitor.probers import settings
from monitor.probers.steps.templates import VARIABLE


def _bearer(value: object) -> object:
    """A token, or a variable of a step, in which there may be spaces."""
    token(VARIABLE.sub("x", value) if isinstance(value, str) else value)
    return value


def _user_name(value: str) -> str:
    if ":" in value:
        raise BadValue("a user name holds no colon; remove it")
    return value


class Basic(SecretBlock):
    in_files = frozenset({"password"})

    username: Annotated[Line, AfterValidator(_user_name)] = Field(description="Who asks.")
    password: Password = Field(description="The password.")

    def built(self) -> settings.Basic:
        return settings.Basic(self.username, self.password)


class OAuth2(SecretBlock):
    in_files = frozenset({"client_secret"})

    token_url: Url = Field(description="Where tokens are asked for.")
    client_id: Line = Field(description="The client that they are asked for.")
    client_secret: Password = Field(description="Its secret.")
    scope: Line = Field(default="", description="Scopes to ask for, with spaces between them; none unless given.")

    def built(self) -> settings.OAuth2:
        return settings.OAuth2(
            token_url=self.token_url, client_id=self.client_id, client_secret=self.client_secret, scope=self.scope
        )


class Auth(SecretBlock):
    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [key]} for key in ("bearer", "bearer_file", "basic", "oauth2")]}
    )
    in_files = frozenset({"bearer"})

    bearer: Annotated[str, BeforeValidator(_bearer)] | None = Field(default=None, description="A token to bear.")
    basic: Basic | None = Field(default=None, description="A user name and a password.")
    oauth2: OAuth2 | None = Field(
        default=None,
        description="OAuth 2.0 client credentials, for which a token is asked, and kept while it is good.",
    )

    def built(self) -> settings.Auth | None:
        if self.bearer is not None:
            return settings.Bearer(self.bearer)
        way = self.basic or self.oauth2
        return None if way is None else way.built()


WAYS = tuple(Auth.model_fields)


def auth_contradictions(place: Place, asked: Mapping[str, object]) -> Found:
    """What is wrong with the `auth` of a request, beside what else the request says."""
    if "auth" not in asked:
        return
    at, auth = (*place, "auth"), asked["auth"]
    if isinstance(auth, dict):
        yield from one_of(at, auth, WAYS, (), "a request proves in one way who asks")
    if any(name.lower() == "authorization" for name in shapes.mapping(asked.get("headers"))):
        yield at, "the headers hold an authorization as well; keep one of the two"
    if _names_user(asked.get("url")):
        yield at, "the URL names a user as well; keep one of the two"


def _names_user(url: object) -> bool:
    try:
        return isinstance(url, str) and "@" in urlsplit(url).netloc
    except ValueError:
        return False  # no URL at all, which has its own fault
