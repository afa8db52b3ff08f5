"""Variables in the texts of a request: {{name}} stands for what an earlier step saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import quote, unquote

from yarl import URL

from monitor.probers.settings import Auth, Basic, Bearer, HttpTarget

CALLBACK_URL = "callback_url"  # known in a step that awaits a callback, and only there
VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}")
DOTS = frozenset({".", ".."})  # parts of a path that every client takes away, and for ".." what is before it

Values: TypeAlias = Mapping[str, object]  # what was saved, as JSON has it
Spelling: TypeAlias = Callable[[str, object], str]  # (name of the variable, its value)


class TemplateError(Exception):
    """A request cannot be made of what was saved; says why."""


def variables(target: HttpTarget) -> frozenset[str]:
    """The names of all variables in a target."""
    return frozenset(name for text in _texts(target) for name in VARIABLE.findall(text))


def rendered(target: HttpTarget, values: Values) -> HttpTarget:
    """The target with a value in the place of each variable.

    Raises:
        TemplateError: a value is missing, or does not fit where it stands.
    """
    return replace(
        target,
        url=_url(target.url, values),
        headers={name: _filled(text, values, _in_header) for name, text in target.headers.items()},
        query={name: _filled(text, values, _as_text) for name, text in target.query.items()},
        form=target.form and {name: _filled(text, values, _as_text) for name, text in target.form.items()},
        body=target.body and _filled(target.body, values, _as_text),
        json=target.json and _encoded(_in_json(json.loads(target.json), values)),
        auth=_auth(target.auth, values),
    )


# ── where they stand ─────────────────────────────────────────────────────────────────────────────────


def _texts(target: HttpTarget) -> Iterator[str]:
    yield target.url
    yield from target.headers.values()
    yield from target.query.values()
    yield from (target.form or {}).values()
    yield target.body or ""
    yield from _strings(json.loads(target.json or "null"))
    match target.auth:
        case Bearer():
            yield target.auth.token
        case Basic():
            yield from (target.auth.username, target.auth.password)


def _strings(document: object) -> Iterator[str]:
    match document:
        case str():
            yield document
        case dict():
            for value in document.values():
                yield from _strings(value)
        case list():
            for value in document:
                yield from _strings(value)


# ── what they become ─────────────────────────────────────────────────────────────────────────────────


def _filled(text: str, values: Values, spelled: Spelling) -> str:
    return VARIABLE.sub(lambda found: spelled(found[1], _value(found[1], values)), text)


def _value(name: str, values: Values) -> object:
    if name not in values:
        raise TemplateError(f"nothing was saved as {name}")
    return values[name]


def _url(text: str, values: Values) -> str:
    """A variable at the beginning stands for a URL, or its beginning; others for a part without any punctuation."""
    leading = VARIABLE.match(text)
    begin = _filled(leading[0], values, _as_text) if leading else ""
    path, rest = _divided(text[leading.end() if leading else 0 :])
    url = begin + "/".join(_part(part, values) for part in path.split("/")) + _filled(rest, values, _in_url)
    try:
        parsed = URL(url)
    except ValueError:
        parsed = URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise TemplateError(f"{text} becomes {url}, which is no HTTP address")
    return url


def _divided(text: str) -> tuple[str, str]:
    """What comes before the query, and the rest."""
    path = re.split("[?#]", text, maxsplit=1)[0]
    return path, text[len(path) :]


def _part(text: str, values: Values) -> str:
    """Of a path: no value leads to another place than the one that is written."""
    filled = _filled(text, values, _in_path)
    if filled != text and DOTS.intersection(unquote(filled).split("/")):
        raise TemplateError(f"{text} becomes {unquote(filled)}, which leads elsewhere")
    return filled


def _auth(auth: Auth | None, values: Values) -> Auth | None:
    match auth:
        case Bearer():
            return Bearer(_filled(auth.token, values, _in_header))
        case Basic():
            return Basic(_filled(auth.username, values, _as_text), _filled(auth.password, values, _as_text))
    return auth


def _in_json(document: object, values: Values) -> object:
    """A string that is a variable and nothing else becomes its value, of whatever type."""
    match document:
        case str():
            whole = VARIABLE.fullmatch(document)
            return _value(whole[1], values) if whole else _filled(document, values, _as_text)
        case dict():
            return {key: _in_json(value, values) for key, value in document.items()}
        case list():
            return [_in_json(value, values) for value in document]
    return document


def _as_text(_: str, value: object) -> str:
    text = value if isinstance(value, str) else _encoded(value)
    return text.encode(errors="replace").decode()  # half of a surrogate pair, as JSON allows it, fits nowhere


def _in_url(name: str, value: object) -> str:
    return quote(_as_text(name, value), safe="")


def _in_path(name: str, value: object) -> str:
    text = _in_url(name, value)
    if not text:
        raise TemplateError(f"what was saved as {name} is empty, which leads elsewhere")
    return text


def _in_header(name: str, value: object) -> str:
    text = _as_text(name, value)
    if not text.isprintable():
        raise TemplateError(f"what was saved as {name} does not fit in a header")
    return text


def _encoded(document: object) -> str:
    try:
        return json.dumps(document)
    except RecursionError as error:
        raise TemplateError("what was saved is nested too deeply to be sent") from error
