from __future__ import annotations

from tests.monitor.probers.asking import Names, probers
from tests.monitor.probers.servers import closed_port, deaf_port, hang, raw_server

HASTY = 0.2  # seconds


async def test_who_takes_a_connection_answers() -> None:
    with raw_server(hang) as server:
        async with probers() as shared:
            assert await shared.answers("127.0.0.1", server.port)


async def test_who_refuses_a_connection_answers_too() -> None:
    with closed_port() as port:
        async with probers() as shared:
            assert await shared.answers("127.0.0.1", port.port)


async def test_who_says_nothing_does_not_answer() -> None:
    with deaf_port() as port:
        async with probers() as shared:
            assert not await shared.answers("127.0.0.1", port.port, limit=HASTY)


async def test_what_has_no_address_does_not_answer() -> None:
    async with probers(resolver=Names({"silent.test": None})) as shared:
        assert not await shared.answers("nowhere.test", 443)
        assert not await shared.answers("silent.test", 443, limit=HASTY)
