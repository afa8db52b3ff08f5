"""YAML text as a strict tree in which every node knows its line.

The tree is built from the parser's events, so that an alias is refused before anything could expand it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from monitor.config.faults import ConfigError, Faults, Place

MAX_DEPTH = 32
MAX_NODES = 300_000  # ten thousand probes with twenty settings each, and half as much again

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, as its text; `plain` when it was written without quotes."""

    line: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that was refused already, and is not known."""

    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping. Keys are the text that was written; each value comes with the line of its key."""

    line: int
    nodes: dict[str, tuple[int, Node]]


Node: TypeAlias = Scalar | Refused | Items | Entries


def grow(text: str, faults: Faults) -> Node:
    """The tree of the one document in the text. What a strict file may not hold is added to the faults.

    Raises:
        ConfigError: the text is not YAML, is empty, or is nested too deeply.
    """
    try:
        return _Grower(yaml.parse(text, Loader=_LOADER), faults).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if _indented_with_tab(text, line):
            raise faults.refuse(line, (), "this line is indented with a tab; YAML takes spaces only") from None
        context = f" {error.context}" if error.context else ""
        raise faults.refuse(line, (), f"this is not YAML: {error.problem}{context}") from None
    except yaml.YAMLError as error:
        raise faults.refuse(1, (), f"this is not YAML: {' '.join(str(error).split())}") from None


class _Grower:
    """One pass over the events."""

    def __init__(self, events: Iterator[yaml.Event], faults: Faults) -> None:
        self._events = events
        self._faults = faults
        self._nodes = 0

    def document(self) -> Node:
        next(self._events)  # the start of the stream
        begins = isinstance(next(self._events), yaml.DocumentStartEvent)
        root = self._node(next(self._events), ()) if begins else None
        if root is None or (isinstance(root, Scalar) and not root.text):
            raise self._faults.refuse(1, (), "the file is empty; it needs components at least")
        next(self._events)  # the end of the document
        following = next(self._events)
        if isinstance(following, yaml.DocumentStartEvent):
            self._faults.add(_line(following), (), "a second document begins here; keep one")
        return root

    def _node(self, event: yaml.Event, place: Place) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._faults.refuse(_line(event), (), f"the file holds more than {MAX_NODES} values")
        if isinstance(event, yaml.AliasEvent):
            self._faults.add(_line(event), place, "aliases are not supported; write the value out")
            return Refused(_line(event))
        decorated = self._decorated(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return Refused(_line(event)) if decorated else Scalar(_line(event), event.value, not event.style)
        if len(place) >= MAX_DEPTH:
            raise self._too_deep(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, place)
        return self._entries(event, place)

    def _decorated(self, event: yaml.Event, place: Place) -> bool:
        """Whether the value carries an anchor or a tag, which are refused."""
        if getattr(event, "anchor", None) is not None:
            problem = "anchors are not supported; put quotes around the text if & belongs to it"
        elif getattr(event, "tag", None) is not None:
            problem = "tags are not supported; put quotes around the text if ! belongs to it"
        else:
            return False
        self._faults.add(_line(event), place, problem)
        return True

    def _items(self, opening: yaml.Event, place: Place) -> Items:
        nodes: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            nodes.append(self._node(event, (*place, len(nodes))))
        return Items(_line(opening), tuple(nodes))

    def _entries(self, opening: yaml.Event, place: Place) -> Entries:
        nodes: dict[str, tuple[int, Node]] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, place)
            if key is None:
                self._skip(event)
                self._skip(next(self._events))
                continue
            node = self._node(next(self._events), (*place, key))
            if key in nodes:
                problem = f"this key is on line {nodes[key][0]} already; keep one"
                self._faults.add(_line(event), (*place, key), problem)
            else:
                nodes[key] = (_line(event), node)
        return Entries(_line(opening), nodes)

    def _key(self, event: yaml.Event, place: Place) -> str | None:
        """The text of a key; None for what cannot be one, which is refused."""
        if not isinstance(event, yaml.ScalarEvent):
            self._faults.add(_line(event), place, "a key must be a single word")
            return None
        if event.value == "<<" and not event.style:
            self._faults.add(_line(event), (*place, "<<"), "merge keys are not supported; write the keys out")
            return None
        return None if self._decorated(event, (*place, event.value)) else str(event.value)

    def _skip(self, event: yaml.Event) -> None:
        """Pass over a whole node."""
        depth = 1 if isinstance(event, _OPENING) else 0
        while depth:
            event = next(self._events)
            depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
            if depth > MAX_DEPTH:
                raise self._too_deep(event)

    def _too_deep(self, event: yaml.Event) -> ConfigError:
        return self._faults.refuse(_line(event), (), f"this is nested deeper than {MAX_DEPTH} levels")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _indented_with_tab(text: str, line: int) -> bool:
    written = text.splitlines()[line - 1 : line]
    return any(re.match(r" *\t", each) for each in written)
