"""A status service that tells of an outage, until it is told otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.lies import StatusService, tells


@pytest.fixture
def service() -> Iterator[StatusService]:
    with StatusService(tells()) as service:
        yield service
