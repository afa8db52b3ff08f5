"""The tree as plain values: variables expanded, secrets read, scalars resolved, every place with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.config.environment import expand
from monitor.config.faults import BadValue, Faults, Place
from monitor.config.places import is_json, is_text, is_trust_file, within
from monitor.config.scalars import resolve
from monitor.config.secret_files import read_secret, replaced_key
from monitor.config.tree import Entries, Items, Node, Scalar


@dataclass(slots=True)
class Values:
    """A whole file. `unknown` holds the places whose value was refused already; there it is None."""

    root: object = None
    lines: dict[Place, int] = field(default_factory=dict)
    unknown: set[Place] = field(default_factory=set)
    varied: set[Place] = field(default_factory=set)  # where a variable stands: elsewhere it may be another value
    secrets: list[str] = field(default_factory=list)

    def written(self, place: Place) -> Place:
        """The nearest place that stands in the file: the one itself, or one that it is inside of."""
        while place not in self.lines:
            place = place[:-1]
        return place

    def varies(self, place: Place) -> bool:
        """Whether a variable stands there, or anywhere inside."""
        return any(varied[: len(place)] == place for varied in self.varied)

    def is_unknown(self, place: Place) -> bool:
        """Whether the value there, or one around it, was refused already."""
        return any(place[:depth] in self.unknown for depth in range(len(place) + 1))


def evaluate(tree: Node, folder: Path, environ: Mapping[str, str], faults: Faults) -> Values:
    """The values of the tree; whatever cannot be known is added to the faults.

    Args:
        folder: what the paths of files are relative to.
    """
    evaluation = _Evaluation(folder, environ, faults)
    evaluation.values.lines[()] = tree.line
    evaluation.values.root = evaluation.value(tree, ())
    return evaluation.values


class _Evaluation:
    """One walk over the tree."""

    def __init__(self, folder: Path, environ: Mapping[str, str], faults: Faults) -> None:
        self._folder = folder
        self._environ = environ
        self._faults = faults
        self.values = Values()

    def value(self, node: Node, place: Place) -> object:
        if isinstance(node, Scalar):
            return self._scalar(node, place)
        if isinstance(node, Items):
            return self._items(node, place)
        if isinstance(node, Entries):
            return self._entries(node, place)
        self.values.unknown.add(place)
        return None

    def _items(self, node: Items, place: Place) -> list[object]:
        values: list[object] = []
        for item in node.nodes:
            inner = (*place, len(values))
            self.values.lines[inner] = item.line
            values.append(self.value(item, inner))
        return values

    def _entries(self, node: Entries, place: Place) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, (line, inner) in node.nodes.items():
            self.values.lines[*place, key] = line
            value = self.value(inner, (*place, key))
            replaced = replaced_key(within(place), key)
            if replaced is None:
                values[key] = value
            elif replaced in node.nodes:
                self._refuse((*place, key), f"{replaced} is given as well; keep one of the two")
            else:
                self.values.lines[*place, replaced] = line
                values[replaced] = self._secret(value, (*place, replaced))
        return values

    def _secret(self, path: object, place: Place) -> str | None:
        if path is None:  # refused already
            self.values.unknown.add(place)
            return None
        try:
            secret = read_secret(self._folder, path)
        except BadValue as error:
            self._refuse(place, str(error))
            return None
        self.values.secrets.append(secret)
        return secret

    def _scalar(self, node: Scalar, place: Place) -> object:
        expansion = expand(node.text, self._environ)
        self.values.secrets.extend(expansion.secrets)
        for problem in expansion.problems:
            self._refuse(place, problem)
        if expansion.problems:
            return None
        if expansion.text != node.text:
            self.values.varied.add(place)
        field = within(place)
        as_written = expansion.alone or expansion.text == node.text
        value = resolve(expansion.text) if node.plain and as_written else expansion.text
        if value is None and not is_json(field):
            self._refuse(place, "this is empty; write a value, or leave the key out")
            return None
        if is_trust_file(field):
            return str(self._folder / expansion.text)
        return expansion.text if is_text(field) else value

    def _refuse(self, place: Place, problem: str) -> None:
        self._faults.add(self.values.lines[place], place, problem)
        self.values.unknown.add(place)
