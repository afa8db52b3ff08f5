"""A talk under TLS, without a socket: the other side is a TLS object too."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.probers.settings import Trust
from monitor.probers.wire.certificate import link_expires
from monitor.probers.wire.contexts import Contexts
from monitor.probers.wire.encrypting import Encrypted
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.sockets import watched
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.wire.test_talking import Listener


class Server:
    """The other side of one connection: answers what it hears with it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._theirs, self._ours = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._theirs, self._ours, server_side=True)
        self._secured = False
        self.heard = b""
        self.said_goodbye = False

    def hear(self, words: bytes) -> bytes:
        self._theirs.write(words)
        with suppress(ssl.SSLWantReadError):
            self._go_on()
        return self._ours.read()

    def _go_on(self) -> None:
        if not self._secured:
            self._tls.do_handshake()
            self._secured = True
        while heard := self._tls.read(65_536):
            self.heard += heard
            self._tls.write(heard.upper())
        self.said_goodbye = True


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def encrypted(talk: Listener, authority: Authority) -> Encrypted:
    return Encrypted(talk, Contexts(str(authority.cafile)).context(Trust()), "localhost")


def converse(ours: Encrypted, theirs: Server, size: int = 65_536) -> None:
    """Until it is over, or nobody has anything to say; what comes to us comes in pieces of so many bytes."""
    words = ours.begin()
    while words and not ours.over:
        answer, words = theirs.hear(words), b""
        for at in range(0, len(answer), size):
            words += ours.hear(answer[at : at + size])
    theirs.hear(words)


@settings(deadline=None, max_examples=20)
@given(size=st.integers(1, 3_000))
def test_what_is_said_and_heard_is_the_same_as_without(authority: Authority, size: int) -> None:
    talk, theirs, hop = (
        Listener(b"hello", until=5),
        Server(authority.server()),
        Hop("https://localhost/", "localhost"),
    )
    with watched(hop):
        converse(encrypted(talk, authority), theirs, size)
    assert (bytes(talk.heard), theirs.heard, hop.opening) == (b"HELLO", b"hello", b"HELLO")
    assert theirs.said_goodbye
    assert hop.secured is not None
    assert hop.certificate_expires is not None


def test_the_request_goes_out_with_the_end_of_the_handshake(authority: Authority) -> None:
    talk, theirs = Listener(b"hello", until=5), Server(authority.server())
    with watched(Hop("https://localhost/", "localhost")):
        ours = encrypted(talk, authority)
        theirs.hear(ours.hear(theirs.hear(ours.begin())))
    assert theirs.heard == b"hello"


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_what_is_no_handshake_ends_the_talk(authority: Authority, words: bytes) -> None:
    hop = Hop("https://localhost/", "localhost")
    with watched(hop):
        ours = encrypted(Listener(), authority)
        ours.begin()
        with pytest.raises(ssl.SSLError if words else ConnectionResetError):
            ours.hear(words)
    assert hop.in_handshake


def test_an_end_without_a_goodbye_is_an_end(authority: Authority) -> None:
    with watched(Hop("https://localhost/", "localhost")):
        ours = encrypted(Listener(b"hello", until=9), authority)
        converse(ours, Server(authority.server()))
        with pytest.raises(EOFError):
            ours.hear(b"")


def test_a_certificate_of_a_chain_is_decoded_once(authority: Authority) -> None:
    link_expires.cache_clear()
    context = authority.server()
    for _ in range(3):
        with watched(Hop("https://localhost/", "localhost")):
            converse(encrypted(Listener(b"hello", until=5), authority), Server(context))
    assert (link_expires.cache_info().misses, link_expires.cache_info().hits) == (2, 4)
