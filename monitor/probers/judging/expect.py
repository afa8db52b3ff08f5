"""What an answer must be like, and whether it is: pure, compiled once per prober."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from multidict import MultiMapping

from monitor.core.model import Reason
from monitor.probers.judging.failures import Failure
from monitor.probers.settings import Expect

CHARSETS = frozenset({"iso-8859-1", "latin-1", "windows-1252", "us-ascii"})  # others are slow or odd: read as UTF-8
CHARSET = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `cut`: its body was longer than we read."""

    status: int
    headers: MultiMapping[str]
    body: bytes = b""
    cut: bool = False

    @property
    def text(self) -> str:
        """The body as text; bytes that are none become U+FFFD."""
        named = CHARSET.search(self.headers.get("Content-Type", ""))
        charset = named[1].lower() if named else ""
        return self.body.decode(charset if charset in CHARSETS else "utf-8", errors="replace")


class Check(Protocol):
    """One expectation."""

    def __call__(self, answer: Answer, /) -> Failure | None: ...


class Expectations:
    """All that is expected of an answer, in the order in which it is judged: status, headers, body, json."""

    def __init__(self, expect: Expect) -> None:
        of_the_body = [*_body_checks(expect), *_json_checks(expect)]
        self._checks: list[Check] = [*_status_checks(expect.status), *_header_checks(expect.headers)]
        if of_the_body:
            self._checks += [readable, *of_the_body]

    def failure(self, answer: Answer) -> Failure | None:
        """The first that does not hold; None when all do."""
        return next((failure for check in self._checks if (failure := check(answer))), None)


def _missed(reason: Reason, detail: str, header: str = "") -> Failure:
    return Failure(reason, detail, phase="assertion", header=header)


# ── status and headers ───────────────────────────────────────────────────────────────────────────────


def _status_checks(wanted: tuple[str, ...]) -> list[Check]:
    def check(answer: Answer) -> Failure | None:
        code = str(answer.status)
        if code in wanted or f"{code[0]}xx" in wanted:
            return None
        return _missed(Reason.HTTP_STATUS, f"HTTP {code} instead of {' or '.join(wanted)}")

    return [check] if wanted else []


def _header_checks(wanted: Mapping[str, str]) -> list[Check]:
    return [_header_check(name, re.compile(pattern)) for name, pattern in wanted.items()]


def _header_check(name: str, pattern: re.Pattern[str]) -> Check:
    def check(answer: Answer) -> Failure | None:
        values = answer.headers.getall(name, [])
        if any(pattern.fullmatch(value) for value in values):
            return None
        if not values:
            return _missed(Reason.HEADER, f"header {name} is missing")
        seen = ", ".join(values)
        return _missed(
            Reason.HEADER, f'header {name} is "{seen}", which does not match {pattern.pattern}', f"{name}: {seen}"
        )

    return check


# ── body ─────────────────────────────────────────────────────────────────────────────────────────────


def readable(answer: Answer) -> Failure | None:
    """Whether what is expected of the body can be judged at all."""
    if answer.cut:
        return Failure(Reason.TOO_LARGE, f"the body is longer than {len(answer.body)} bytes", phase="body")
    encoding = answer.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        return _missed(Reason.BODY, f"the body is {encoding}-encoded, although identity was asked for")
    return None


def _body_checks(expect: Expect) -> list[Check]:
    checks: list[Check] = []
    if expect.body_contains is not None:
        checks.append(_contains_check(expect.body_contains))
    if expect.body_matches is not None:
        checks.append(_matches_check(re.compile(expect.body_matches)))
    return checks


def _contains_check(wanted: str) -> Check:
    def check(answer: Answer) -> Failure | None:
        return None if wanted in answer.text else _missed(Reason.BODY, f'the body does not contain "{wanted}"')

    return check


def _matches_check(pattern: re.Pattern[str]) -> Check:
    # The text is at most `max_body` long. Python cannot stop a pattern that backtracks without end on it.
    def check(answer: Answer) -> Failure | None:
        if pattern.search(answer.text):
            return None
        return _missed(Reason.BODY, f"the body does not match {pattern.pattern}")

    return check


# ── json ─────────────────────────────────────────────────────────────────────────────────────────────


def _json_checks(expect: Expect) -> list[Check]:
    if not expect.json:
        return []
    from monitor.probers.judging.conditions import Conditions  # only probes that need JSONPath pay for it

    conditions = Conditions(expect.json)

    def check(answer: Answer) -> Failure | None:
        try:
            miss = conditions.miss(json.loads(answer.body))
        except (ValueError, RecursionError) as error:
            miss = f"the body is not JSON: {error}"
        return _missed(Reason.JSON, miss) if miss else None

    return [check]
