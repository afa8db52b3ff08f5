"""A heartbeat: something else reports in by itself."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.config.block import SecretBlock
from monitor.config.credentials import secret
from monitor.config.faults import BadValue
from monitor.config.kinds import Duration, text_schema
from monitor.core.model import MINUTE, ProbeSetup

TOKEN = "[A-Za-z0-9_-]{16,}"


def _token(value: object) -> str:
    token = secret(value)
    if not re.fullmatch(TOKEN, token):
        raise BadValue("a token is at least 16 of A-Z, a-z, 0-9, _ and -; write what `openssl rand -hex 16` prints")
    return token


class Heartbeat(SecretBlock):
    in_files = frozenset({"token"})

    every: Duration = Field(description="Time from one beat to the next.")
    grace: Duration | None = Field(
        default=None, description="How late a beat may be; a tenth of every, at least 1m, unless given."
    )
    token: Annotated[str, BeforeValidator(_token), text_schema(TOKEN)] | None = Field(
        default=None, description="The secret in the URL that is reported to; one is made unless given."
    )

    def setup(self, probe_id: str) -> ProbeSetup:
        """One miss is enough, and so is one beat; nothing is asked, so that nothing of it can change."""
        return ProbeSetup(
            id=probe_id,
            interval=self.every,
            grace=self.grace or max(self.every // 10, MINUTE),
            failure_threshold=1,
            success_threshold=1,
            recheck_interval=self.every,
            fingerprint="heartbeat",
        )
