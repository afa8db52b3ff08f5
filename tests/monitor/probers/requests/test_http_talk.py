"""Answers as they come, piece by piece."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from monitor.probers.judging.failures import AnswerError, ClosedError, GarbledError
from monitor.probers.requests.http_talk import MOST_HEADERS, MOST_OF_HEADERS, HttpTalk
from monitor.probers.requests.request import Request
from monitor.probers.wire.phases import Hop

OK = b"HTTP/1.1 200 OK\r\n"
TWO = OK + b"Content-Length: 2\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
END = b""


def talk(method: str = "GET", *, most: int = 1_000, stops: bool = False) -> HttpTalk:
    """One that has enough of an answer at its headers, if it stops there."""
    request, hop = Request(method, URL("http://api.test/"), CIMultiDict()), Hop("http://api.test/", "api.test")

    def heard(status: int, headers: CIMultiDict[str]) -> bool:
        hop.status = status
        return stops

    return HttpTalk(request, hop, heard, most)


def listen(talking: HttpTalk, pieces: Sequence[bytes]) -> tuple[object, ...]:
    """All that comes of the pieces."""
    try:
        for piece in pieces:
            if not talking.over:
                talking.hear(piece)
    except AnswerError as error:
        return (type(error),)
    if not talking.over:
        return ("waits",)
    answer = talking.answer
    return answer.status, list(answer.headers.items()), answer.body, answer.cut


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────

ANSWERS: dict[str, tuple[bytes, int, bytes]] = {
    "with a length": (TWO + b"hi", 200, b"hi"),
    "without a body": (OK + b"Content-Length: 0\r\n\r\n", 200, b""),
    "in chunks": (CHUNKED + b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", 200, b"hi"),
    "in chunks with extensions": (CHUNKED + b"2 ;a=b\r\nhi\r\n0\r\n\r\n", 200, b"hi"),
    "in chunks and otherwise encoded": (
        OK + b"Transfer-Encoding: gzip, Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        200,
        b"hi",
    ),
    "with a trailer": (CHUNKED + b"2\r\nhi\r\n0\r\nA: b\r\nB: c\r\n\r\n", 200, b"hi"),
    "with a zero byte in its trailer": (CHUNKED + b"2\r\nhi\r\n0\r\nA: b\0c\r\n\r\n", 200, b"hi"),
    "after others": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + TWO + b"hi",
        200,
        b"hi",
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", 204, b""),
    "no content, in chunks": (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 204, b""),
    "no content, without a length": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", 304, b""),
    "another protocol": (b"HTTP/1.1 101 Up\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", 101, b""),
    "another protocol without a name": (b"HTTP/1.1 101 Up\r\n\r\n", 101, b""),
    "an offer of another protocol": (
        OK + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi",
        200,
        b"hi",
    ),
    "without a reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi"),
    "with bare ends of lines": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, b"hi"),
    "after empty lines": (b"\r\n\r\n" + TWO + b"hi", 200, b"hi"),
    "with a status of its own": (b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nhi", 999, b"hi"),
    "with a status of zero": (b"HTTP/1.1 000 Odd\r\nContent-Length: 2\r\n\r\nhi", 0, b"hi"),
    "of another version": (b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi"),
    "with long headers": (OK + b"A: " + b"x" * 20_000 + b"\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi"),
    "with many headers": (OK + b"A: b\r\n" * 500 + b"Content-Length: 2\r\n\r\nhi", 200, b"hi"),
}
AFTERWARDS = [
    b"",
    b"X",
    b"\r\n\r\n",
    b"HTTP/1.1 500 Oh\r\nContent-Length: 1\r\n\r\nx",
    b"\0" * 100,
    OK + b"A: b\0c\r\n\r\n",
    OK + b"A:\n" * 2_000,
]

TO_THE_END: dict[str, tuple[bytes, bytes]] = {
    "an old one": (b"HTTP/1.0 200 OK\r\n\r\nhi", b"hi"),
    "an old one kept open": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhi", b"hi"),
    "without a length": (OK + b"\r\nhi", b"hi"),
    "encoded, but not in chunks": (OK + b"Transfer-Encoding: gzip\r\n\r\nhi", b"hi"),
    "without a word": (OK + b"\r\n", b""),
}

NO_ANSWERS: dict[str, tuple[bytes, type[AnswerError]]] = {
    "nothing": (b"", ClosedError),
    "half a line": (b"HTTP/1.1 2", ClosedError),
    "half the headers": (OK + b"Conte", ClosedError),
    "nothing but others": (b"HTTP/1.1 100 Continue\r\n\r\n", ClosedError),
    "half the body": (TWO + b"h", ClosedError),
    "no last chunk": (CHUNKED + b"2\r\nhi\r\n", ClosedError),
    "half the last chunk": (CHUNKED + b"2\r\nhi\r\n0\r\n", ClosedError),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", GarbledError),
    "a radio station": (b"ICY 200 OK\r\n\r\n", GarbledError),
    "a page": (b"<html>hi</html>", GarbledError),
    "a TLS alert": (b"\x15\x03\x01\x00\x02\x02\x28", GarbledError),
    "a version to come": (b"HTTP/3.1 200 OK\r\n\r\n", GarbledError),
    "a long status": (b"HTTP/1.1 2000 OK\r\n\r\n", GarbledError),
    "a short status": (b"HTTP/1.1 20 OK\r\n\r\n", GarbledError),
    "a header without a colon": (OK + b"A b\r\n\r\n", GarbledError),
    "a header without a name": (OK + b": b\r\n\r\n", GarbledError),
    "a header whose name ends in a space": (OK + b"A : b\r\n\r\n", GarbledError),
    "a header with a zero byte": (OK + b"A: b\0c\r\nContent-Length: 0\r\n\r\n", GarbledError),
    "a length that is none": (OK + b"Content-Length: two\r\n\r\nhi", GarbledError),
    "a length below zero": (OK + b"Content-Length: -2\r\n\r\nhi", GarbledError),
    "a length beyond measure": (OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nhi", GarbledError),
    "two lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", GarbledError),
    "a length and chunks": (
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        GarbledError,
    ),
    "a chunk without a size": (CHUNKED + b"zz\r\n", GarbledError),
    "a chunk longer than it says": (CHUNKED + b"1\r\nhi\r\n0\r\n\r\n", GarbledError),
    "a chunk beyond measure": (CHUNKED + b"f" * 17 + b"\r\n", GarbledError),
    "chunks with bare ends of lines": (CHUNKED + b"2\nhi\n0\n\n", GarbledError),
}


@pytest.mark.parametrize("afterwards", AFTERWARDS, ids=lambda words: repr(words[:60]))
@pytest.mark.parametrize(("words", "status", "body"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_is_as_long_as_it_says(words: bytes, status: int, body: bytes, afterwards: bytes) -> None:
    talking = talk()
    talking.hear(words + afterwards)
    assert talking.over
    assert (talking.answer.status, talking.answer.body, talking.answer.cut) == (status, body, False)


@pytest.mark.parametrize(("words", "body"), TO_THE_END.values(), ids=TO_THE_END.keys())
def test_a_body_without_a_length_lasts_until_the_end(words: bytes, body: bytes) -> None:
    talking = talk()
    talking.hear(words)
    assert not talking.over
    talking.hear(END)
    assert talking.answer.body == body


@pytest.mark.parametrize(("words", "error"), NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_what_is_no_answer_is_told_apart(words: bytes, error: type[AnswerError]) -> None:
    assert listen(talk(), [words, END] if words else [END]) == (error,)


@pytest.mark.parametrize("words", [TWO, CHUNKED, OK + b"\r\n", TWO + b"hi"])
def test_an_answer_to_head_is_over_with_its_headers(words: bytes) -> None:
    talking = talk("HEAD")
    talking.hear(words)
    assert (talking.over, talking.answer.status, talking.answer.body) == (True, 200, b"")


@pytest.mark.parametrize("body", [b"", b"hi", b"zz"])
def test_headers_that_are_enough_end_it(body: bytes) -> None:
    talking = talk(stops=True)
    talking.hear(CHUNKED + body)
    assert (talking.over, talking.answer.body) == (True, b"")


@pytest.mark.parametrize(
    "words", [b"HTTP/1.0 200 OK\r\n\r\nabcdef", CHUNKED + b"4\r\nabcd\r\nzz", CHUNKED + b"f\r\nabcd"]
)
def test_a_body_is_cut_where_it_is_long_enough(words: bytes) -> None:
    talking = talk(most=3)
    talking.hear(words)
    assert (talking.over, talking.answer.body, talking.answer.cut) == (True, b"abc", True)


def test_headers_are_text_as_it_came() -> None:
    talking = talk()
    talking.hear(OK + b"A:\r\nB: \xc3\xbc \t\r\na: \xff\r\nContent-Length: 0\r\n\r\n")
    assert list(talking.answer.headers.items())[:3] == [("A", ""), ("B", "ü"), ("a", "\udcff")]


def test_headers_of_other_answers_and_trailers_are_not_its_own() -> None:
    talking = talk()
    talking.hear(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + CHUNKED + b"0\r\nA: b\r\nB: c\r\n\r\n")
    assert list(talking.answer.headers) == ["Transfer-Encoding"]


def test_what_is_wrong_with_our_own_ears_is_a_bug() -> None:
    def deaf(status: int, headers: CIMultiDict[str]) -> bool:
        raise KeyError(status)

    talking = HttpTalk(Request("GET", URL("http://api.test/"), CIMultiDict()), Hop("", ""), deaf, 1)
    with pytest.raises(KeyError):
        talking.hear(TWO)


def test_what_is_over_is_no_garbage_that_has_to_be_found() -> None:
    talking = talk()
    talking.hear(TWO + b"hi")
    gone = weakref.ref(talking)
    gc.disable()
    try:
        del talking
        assert gone() is None
    finally:
        gc.enable()


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────────

SHORT = [
    *(words for words, _, _ in ANSWERS.values() if len(words) < 1_000),
    *(words + end for words, _, _ in list(ANSWERS.values())[:4] for end in AFTERWARDS[1:-1]),
    *(words for words, _ in TO_THE_END.values()),
    *(words for words, _ in NO_ANSWERS.values()),
]


def cut(words: bytes, places: Sequence[int]) -> Iterator[bytes]:
    ends = [*sorted(places), len(words)]
    for begin, end in zip([0, *ends], ends, strict=False):
        if begin < end:
            yield words[begin:end]


@given(words=st.sampled_from(SHORT), data=st.data(), most=st.sampled_from([0, 1, 1_000]), stops=st.booleans())
def test_an_answer_is_the_same_however_it_is_cut_into_pieces(
    words: bytes, data: st.DataObject, most: int, stops: bool
) -> None:
    places = data.draw(st.lists(st.integers(1, max(1, len(words))), max_size=30))
    whole = listen(talk(most=most, stops=stops), [words, END] if words else [END])
    parts = listen(talk(most=most, stops=stops), [*cut(words, places), END])
    assert parts == whole


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "a header": (OK + b"A: ", b"x"),
    "headers": (OK, b"A: b\r\n"),
    "a reason": (b"HTTP/1.1 200 ", b"x"),
    "other answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a trailer": (CHUNKED + b"0\r\nA: ", b"x"),
    "trailers": (CHUNKED + b"0\r\n", b"A: b\r\n"),
    "an extension": (CHUNKED + b"1;", b"x"),
}


@pytest.mark.parametrize("length", [1, 1_000, MOST_OF_HEADERS], ids="pieces of {}".format)
@pytest.mark.parametrize(("begins", "goes_on"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_has_no_end_is_not_waited_for(begins: bytes, goes_on: bytes, length: int) -> None:
    words = begins + goes_on * (2 * MOST_OF_HEADERS // len(goes_on))
    pieces = [words[at : at + length] for at in range(0, len(words), length)]
    assert listen(talk(), pieces) == (GarbledError,)


@pytest.mark.parametrize("length", [1_000, MOST_OF_HEADERS], ids="pieces of {}".format)
@pytest.mark.parametrize(("more", "comes_to"), [(0, 200), (1, GarbledError)])
def test_headers_are_read_up_to_an_exact_size(more: int, comes_to: object, length: int) -> None:
    begin, end = OK + b"A: ", b"\r\nContent-Length: 0\r\n\r\n"
    words = begin + b"x" * (MOST_OF_HEADERS - len(begin) - len(end) + more) + end
    pieces = [words[at : at + length] for at in range(0, len(words), length)]
    assert listen(talk(), pieces)[0] == comes_to


@pytest.mark.parametrize(("more", "comes_to"), [(0, 200), (1, GarbledError)])
@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 103 Early Hints\r\n" + b"A:\n" * 500 + b"\n"], ids=["one", "two"])
def test_headers_are_read_up_to_an_exact_number(begin: bytes, more: int, comes_to: object) -> None:
    left = MOST_HEADERS - begin.count(b"A:") - 1 + more
    assert listen(talk(), [begin + OK + b"A:\n" * left + b"Content-Length: 0\n\n"])[0] == comes_to


def test_a_long_body_in_small_chunks_is_no_lack_of_an_end() -> None:
    chunks = b"1\r\nx\r\n" * MOST_OF_HEADERS
    assert listen(talk(most=MOST_OF_HEADERS), [CHUNKED, chunks, b"0\r\n\r\n"])[2] == b"x" * MOST_OF_HEADERS
