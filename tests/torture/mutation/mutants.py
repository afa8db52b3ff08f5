"""Mutants: a file of the product with one small mistake in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.torture.mutation.operators import CHANGES

LONGEST = 90  # characters of code that are shown
UNTOUCHED = ("annotation", "returns", "decorator_list")  # parts of the syntax that do nothing by themselves


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small mistake; `source` is the whole file with it."""

    path: str
    line: int
    was: str
    now: str
    source: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {_short(self.was)} became {_short(self.now)}"


def mutants(path: str, source: str) -> list[Mutant]:
    """All that can be made of a file."""
    lines = source.encode().splitlines(keepends=True)
    return [
        _mutant(path, lines, place, instead)
        for node in _parts(ast.parse(source))
        for change in CHANGES
        for place, instead in change(node)
    ]


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The node, and all in it that does something."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in UNTOUCHED:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST) and not _is_spared(part):
                    yield from _parts(part)


def _is_spared(node: ast.AST) -> bool:
    """Texts, names of types, and what is only said to be so: an `assert`, the `strict` of a zip."""
    alias = isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias"
    sure = isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg == "strict")
    return alias or sure or isinstance(node, ast.JoinedStr)


def _mutant(path: str, lines: Sequence[bytes], place: ast.AST, instead: ast.AST) -> Mutant:
    """Places are counted in bytes."""
    assert isinstance(place, ast.expr | ast.stmt)
    assert place.end_lineno is not None
    first, last = place.lineno - 1, place.end_lineno - 1
    begins = sum(map(len, lines[:first])) + place.col_offset
    ends = sum(map(len, lines[:last])) + (place.end_col_offset or 0)
    whole, now = b"".join(lines), ast.unparse(ast.fix_missing_locations(instead))
    put = f"({now})" if isinstance(instead, ast.expr) else now
    source = whole[:begins] + put.encode() + whole[ends:]
    return Mutant(path, place.lineno, whole[begins:ends].decode(), now, source.decode())


def _short(code: str) -> str:
    line = " ".join(code.split())
    return f"`{line[:LONGEST]}{'…' if len(line) > LONGEST else ''}`"
