"""Networks of our own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.torture.networks import CURRENT, OUTER, PORTS, REFERENCE, Uplink, few_ports, own_network, uplink
from tests.torture.scorecard import Unavailable

SOON_UP = 10.0  # seconds; a link that was just set up may lose the first packets
SURELY_NOT = 0.2
WAYS = ["own link down", "other link down", "nobody there"]


class Way:
    """A listener outside, and the way to it from here."""

    def __init__(self, way: Uplink, listener: socket.socket) -> None:
        self.uplink = way
        self._address = listener.getsockname()

    def passes(self, within: float = SOON_UP) -> bool:
        try:
            socket.create_connection(self._address, timeout=within).close()
        except OSError:
            return False
        return True


@pytest.fixture(params=[OUTER, REFERENCE])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    with ExitStack() as stack:
        try:
            cuttable, outside = stack.enter_context(uplink())
        except Unavailable as why:
            pytest.skip(str(why))
        with outside.entered():
            listener = stack.enter_context(closing(socket.create_server((request.param, 0))))
        yield Way(cuttable, listener)


@pytest.mark.parametrize("how", WAYS)
def test_nothing_passes_from_a_cut_until_it_is_mended(way: Way, how: str) -> None:
    assert way.passes()
    way.uplink.cut(how)
    assert not way.passes(SURELY_NOT)
    way.uplink.mend()
    assert way.passes()


def test_every_way_of_cutting_is_tried(way: Way) -> None:
    assert list(way.uplink.ways) == WAYS


def test_we_are_back_where_we_were(way: Way) -> None:
    inside = os.readlink(CURRENT)
    with own_network():
        assert os.readlink(CURRENT) != inside
    assert os.readlink(CURRENT) == inside


@pytest.mark.usefixtures("way")
def test_few_ports_are_few_only_meanwhile() -> None:
    before = PORTS.read_text()
    with few_ports(2):
        lowest, highest = map(int, PORTS.read_text().split())
        assert highest - lowest == 1
    assert PORTS.read_text() == before
