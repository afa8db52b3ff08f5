"""What a step saves of its answer for the steps after it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from itertools import islice
from typing import TypeAlias

from yarl import URL

from monitor.core.model import Reason
from monitor.probers.judging.expect import Answer, readable
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.exchange import Exchange

ADDRESSES = frozenset({"location", "content-location"})  # headers that may be relative to the URL that gave them
MOST_LOOKED_AT = 256

Finder: TypeAlias = Callable[[Exchange, Answer], object]  # raises NotFoundError


class NotFoundError(Exception):
    """What is to be saved is not there; says where it was looked for."""


class Savings:
    """Compiled once.

    Args:
        save: variable → JSONPath, whose first value is saved, or name of a header.
    """

    def __init__(self, save: Mapping[str, str]) -> None:
        self._finders = {name: _finder(where) for name, where in save.items()}

    def keep(self, exchange: Exchange, values: MutableMapping[str, object]) -> Failure | None:
        """Add all that can be found to the values; what is wrong with the first that cannot."""
        if exchange.answer is None or exchange.failure is not None:
            return exchange.failure
        failures = [self._keep(name, exchange, exchange.answer, values) for name in self._finders]
        return next((failure for failure in failures if failure), None)

    def _keep(
        self, name: str, exchange: Exchange, answer: Answer, values: MutableMapping[str, object]
    ) -> Failure | None:
        try:
            values[name] = self._finders[name](exchange, answer)
        except NotFoundError as error:
            return Failure(Reason.STEP, f"save {name}: {error}", phase="assertion")
        return None


def secrets(saved: Iterable[object]) -> Iterator[str]:
    """What of saved values may be a secret: all texts and numbers, the newest and outermost first.

    Looking at thousands of them would stop our loop: of what is nested in large values only the first are known.
    """
    waiting = deque(reversed(list(saved)))
    for _ in range(MOST_LOOKED_AT):
        if not waiting:
            return
        match waiting.popleft():
            case dict() as found:
                waiting += islice(found.values(), MOST_LOOKED_AT)
            case list() as found:
                waiting += found[:MOST_LOOKED_AT]
            case found:
                yield str(found)


def _finder(where: str) -> Finder:
    return _in_body(where) if where.startswith("$") else _in_header(where)


def _in_header(name: str) -> Finder:
    def find(exchange: Exchange, answer: Answer) -> object:
        value = answer.headers.get(name)
        if value is None:
            raise NotFoundError(f"header {name} is missing")
        return _absolute(exchange.last.url, value) if name.lower() in ADDRESSES else value

    return find


def _absolute(base: str, address: str) -> str:
    try:
        return str(URL(base).join(URL(address)))
    except ValueError:
        return address  # whoever uses it will say what is wrong with it


def _in_body(path: str) -> Finder:
    from jsonpath_rfc9535 import JSONPathError  # only probes that need JSONPath pay for it
    from jsonpath_rfc9535 import compile as compile_path

    query = compile_path(path)

    def find(exchange: Exchange, answer: Answer) -> object:
        document = _document(answer)
        try:
            found = query.find(document).values()  # type: ignore[arg-type]
        except (JSONPathError, RecursionError) as error:
            raise NotFoundError(f"{path} cannot be looked up: {error}") from error
        if not found:
            raise NotFoundError(f"{path} finds nothing")
        return found[0]

    return find


def _document(answer: Answer) -> object:
    unreadable = readable(answer)
    if unreadable is not None:
        raise NotFoundError(unreadable.detail)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise NotFoundError(f"the body is not JSON: {error}") from error
