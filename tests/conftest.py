"""What tests of whole daemons share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.daemons import Target


@pytest.fixture
async def target() -> AsyncIterator[Target]:
    async with Target() as target:
        yield target
