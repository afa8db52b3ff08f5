"""What targets and receivers answer: it is judged, and never harms who judges."""

from __future__ import annotations

from contextlib import suppress

from multidict import CIMultiDict
from yarl import URL

from exporter.webhooks.retry import retry_after
from monitor.core.redaction import Redactor
from monitor.probers.dates import Dates
from monitor.probers.dialogues import health_messages
from monitor.probers.judging.evidence import evidence
from monitor.probers.judging.expect import Answer, Expectations
from monitor.probers.judging.failures import Failure, RedirectError
from monitor.probers.requests.exchange import Exchange
from monitor.probers.requests.oauth import granted
from monitor.probers.requests.request import Request, redirected
from monitor.probers.settings import Expect
from monitor.probers.steps.saving import Savings
from monitor.probers.wire.phases import Hop
from tests.builders import NOON
from tests.torture.fuzz.subject import Subject

HERE = "https://api.example.com/health"
FOUND = 302
EXPECTATIONS = Expectations(
    Expect(
        json={"$.status": "ok", "$..n": {"lt": 10}, "$[?@.a > 1]": {"exists": False}, "$.v": {"matches": "^v2"}},
        body_contains="status",
        body_matches=r"v\d",
        headers={"content-type": "application/json.*"},
    )
)
SAVINGS = Savings({"token": "$.token", "next": "location", "all": "$..*"})
REDACT = Redactor(["hunter2", "ada:hunter2"])
GOOD = b"""200
Content-Type: application/json; charset=utf-8
Date: Tue, 01 Dec 2026 12:00:00 GMT
Age: 3
Location: /next?a=b
Retry-After: 120

{"status": "ok", "n": 1, "v": "v2", "token": "t", "access_token": "a", "token_type": "Bearer", "expires_in": 60}"""


def _ask(given: bytes) -> bool:
    """A line with the status, lines with headers, an empty line, and the body; taken is what is as expected."""
    head, _, body = given.partition(b"\n\n")
    first, *lines = head.decode("utf-8", "surrogateescape").split("\n")
    headers = CIMultiDict[str]()
    for name, _, value in (line.partition(":") for line in lines):
        headers.add(name.strip(), value.strip())
    answer = Answer(status=_status(first), headers=headers, body=body)
    _read_headers(headers)
    _read_body(answer)
    failure = EXPECTATIONS.failure(answer)
    if failure is not None:
        _tell(answer, failure)
    return failure is None


def _status(text: str) -> int:
    return int(text) if len(text) == 3 and text.isascii() and text.isdecimal() else 200


def _read_headers(headers: CIMultiDict[str]) -> None:
    dates = Dates()
    dates.note("api.example.com", headers.get("Date"), headers.get("Age"))
    dates.wrong_by()
    wait = retry_after(headers.get("Retry-After"), NOON)
    assert wait is None or wait >= 0, wait
    with suppress(RedirectError):
        redirected(Request("GET", URL(HERE), CIMultiDict()), FOUND, headers.get("Location", ""))


def _read_body(answer: Answer) -> None:
    granted(answer)
    SAVINGS.keep(Exchange(last=Hop(url=HERE, host="api.example.com"), answer=answer), {})
    with suppress(ValueError):
        health_messages.status(answer.body)


def _tell(answer: Answer, failure: Failure) -> None:
    hop = Hop(url=HERE, host="api.example.com", status=answer.status, location=answer.headers.get("Location"))
    for text in evidence(failure, hop, answer, None, REDACT).values():
        assert text.isprintable(), repr(text)
        assert "hunter2" not in text, text


SUBJECT = Subject(
    ask=_ask,
    taken=(GOOD, GOOD.replace(b"; charset=utf-8", b"; charset=latin-1")),
    refused=(
        b"",
        GOOD.replace(b"200", b"503"),
        GOOD.replace(b'"ok"', b'"hunter2"'),
        GOOD.replace(b'"v2"', b"[[[["),
        b"200\n\n\x08\x01",
        b"200\nContent-Encoding: gzip\n\n\x1f\x8b",
    ),
    words=("charset=", "Content-Encoding: gzip", "GMT", "-0000", "Retry-After: ", "Location: //", "1e999", "\\ud800"),
)
