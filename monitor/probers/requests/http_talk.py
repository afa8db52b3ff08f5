"""One request, and the answer to it, as bytes come and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser
from multidict import CIMultiDict

from monitor.probers.judging.expect import Answer
from monitor.probers.judging.failures import ClosedError, GarbledError
from monitor.probers.requests.request import Request
from monitor.probers.wire.phases import Hop

MOST_OF_HEADERS = 65_536  # bytes; the same holds for what frames a body
MOST_HEADERS = 1_000  # with those of other answers, and trailers: each costs time, however short it is

Headers: TypeAlias = CIMultiDict[str]
Heard: TypeAlias = Callable[[int, Headers], bool]


class HttpTalk:
    """Implements Talk. The answer is as long as it says; whatever comes after it is no matter.

    Args:
        heard: is told status and headers as soon as they are complete, and tells whether they are enough.
        most: bytes of the body after which it is cut.
    """

    def __init__(self, request: Request, hop: Hop, heard: Heard, most: int) -> None:
        self.over = False
        self._request = request
        self._hop = hop
        self._heard = heard
        self._most = most
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # as much as others put up with
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._room = MOST_OF_HEADERS
        self._count = 0
        self._status: int | None = None  # until the headers are complete
        self._headers: Headers = CIMultiDict()
        self._body = bytearray()

    @property
    def answer(self) -> Answer:
        """Once it is over."""
        assert self._status is not None
        cut = len(self._body) > self._most
        return Answer(self._status, self._headers, bytes(self._body[: self._most]), cut=cut)

    def begin(self) -> bytes:
        return self._request.encoded

    def hear(self, words: bytes) -> bytes:
        """As of any talk.

        Raises:
            GarbledError: it is not HTTP.
            ClosedError: the end came too early.
        """
        if not words:
            self._end()
        while words and not self.over:
            piece, words = words[: self._room], words[self._room :]
            self._parse(piece)
        if self.over:
            del self._parser  # it knows us, and without it nobody has to find out that both are garbage
        return b""

    def _parse(self, words: bytes) -> None:
        if not words:
            raise GarbledError("the headers, or what frames the body, have no end")
        self._room -= len(words)
        try:
            self._parser.feed_data(words)
        except HttpParserCallbackError as error:
            if not self.over:
                raise error.__context__ or error from None  # what was raised below
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self.over:
                raise GarbledError(str(error)) from error

    def _end(self) -> None:
        if self._status is None or self._framed():
            raise ClosedError("closed before the answer was complete")
        self._finish(by_end=True)

    def _framed(self) -> bool:
        """Whether the body tells its own end; else it is that of the connection."""
        codings = ",".join(self._headers.getall("Transfer-Encoding", ()))
        return "Content-Length" in self._headers or codings.lower().rpartition(",")[2].strip() == "chunked"

    def _finish(self, *, by_end: bool = False) -> None:
        if not self.over:
            self.over = True
            self._hop.finish(by_end=by_end)

    # ── what the parser calls ────────────────────────────────────────────────────────────────────────

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count += 1
        if self._count > MOST_HEADERS:
            raise GarbledError(f"more than {MOST_HEADERS} headers")
        if self._status is not None:  # what follows the body belongs to nothing that is looked at
            return
        if b"\0" in value:
            raise GarbledError("a header holds a zero byte")
        self._headers.add(_text(name), _text(value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        if self.over:  # of another answer, that nobody asked for
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            self._headers.clear()
            return
        self._status, self._room = status, MOST_OF_HEADERS
        enough = self._heard(status, self._headers)
        if enough or self._request.method.upper() == "HEAD":
            self._finish()

    def on_body(self, words: bytes) -> None:
        self._room = MOST_OF_HEADERS
        if not self.over:
            self._body += words
            if len(self._body) > self._most:
                self._finish()

    def on_message_complete(self) -> None:
        if self._status is not None:
            self._finish()


def _text(words: bytes) -> str:
    return words.decode("utf-8", "surrogateescape")
