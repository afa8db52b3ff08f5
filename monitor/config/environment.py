"""Variables in values: `${NAME}` and `${NAME:-default}`, expanded once; `$${` is a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.config.faults import BadValue
from monitor.config.sensitive import is_sensitive

_REFERENCE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-((?:(?!\$\{)[^}])*))?\})?")


@dataclass(frozen=True, slots=True)
class Expansion:
    """What became of a text. `alone`: the text was one variable and nothing else."""

    text: str
    alone: bool = False
    secrets: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def expand(text: str, environ: Mapping[str, str]) -> Expansion:
    """The text with its variables replaced. A variable set to nothing takes its default, as in a shell."""
    if "${" not in text:
        return Expansion(text)
    secrets: list[str] = []
    problems: list[str] = []

    def replace(reference: re.Match[str]) -> str:
        if reference[0] == "$${":
            return "${"
        try:
            value = _look_up(reference, environ)
        except BadValue as error:
            problems.append(str(error))
            return ""
        if is_sensitive(reference[1]):
            secrets.append(value)
        return value

    alone = _REFERENCE.fullmatch(text)
    expanded = _REFERENCE.sub(replace, text)
    return Expansion(expanded, bool(alone and alone[1]), tuple(secrets), tuple(dict.fromkeys(problems)))


def _look_up(reference: re.Match[str], environ: Mapping[str, str]) -> str:
    name, default = reference[1], reference[2]
    if name is None:
        raise BadValue("${ begins a variable; write ${NAME} or ${NAME:-default}, or $${ if ${ itself is meant")
    value = environ.get(name)
    if value and not _is_text(value):
        raise BadValue(f"the variable {name} is not UTF-8 text; set it to some")
    if default is not None:
        return value or default
    if value is None:
        raise BadValue(f"the variable {name} is not set; set it, or write ${{{name}:-default}}")
    return value


def _is_text(value: str) -> bool:
    """False for bytes that the system could not decode."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
