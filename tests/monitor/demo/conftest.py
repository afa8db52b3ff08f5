"""A pretend JustKalm that answers, on a clock that only moves when told to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from monitor.demo.parts.auth import CLIENT_ID, CLIENT_SECRET
from monitor.demo.pretend import JustKalm


class Clock:
    """Monotonic seconds that pass by sleeping alone, in no time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def justkalm(clock: Clock) -> AsyncIterator[JustKalm]:
    justkalm = JustKalm(sleep=clock.sleep, clock=clock)
    await justkalm.start()
    yield justkalm
    await justkalm.stop()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def token(justkalm: JustKalm, client: aiohttp.ClientSession) -> str:
    """One that Authentication granted."""
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    async with client.post(f"{justkalm.urls['auth']}/oauth/token", data=form) as response:
        granted: dict[str, str] = await response.json()
    return granted["access_token"]
