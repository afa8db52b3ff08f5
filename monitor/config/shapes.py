"""Ways through values that may have any shape: what is not as it should be is passed over, it has its own fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.config.faults import Place


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def texts(value: object) -> list[tuple[int, str]]:
    """The texts of a list, each with its position."""
    return [(at, item) for at, item in enumerate(value) if isinstance(item, str)] if isinstance(value, list) else []


def components(root: object) -> dict[str, Mapping[str, object]]:
    return {name: mapping(component) for name, component in mapping(mapping(root).get("components")).items()}


def probes(root: object) -> Iterator[tuple[Place, Mapping[str, object]]]:
    """Every probe that is a mapping, with its place."""
    for component, settings in components(root).items():
        for name, probe in mapping(settings.get("probes")).items():
            if isinstance(probe, dict):
                yield ("components", component, "probes", name), probe


def long_form(value: object, key: str) -> Mapping[str, object]:
    """The block, where a text alone stands for the value of one key."""
    return {key: value} if isinstance(value, str) else mapping(value)


def blocks(block: object, key: str) -> list[tuple[Place, Mapping[str, object]]]:
    """The mappings of a list under a key, each with its place in the block."""
    listed = mapping(block).get(key)
    items = enumerate(listed) if isinstance(listed, list) else ()
    return [((key, at), item) for at, item in items if isinstance(item, dict)]


def steps(place: Place, probe: Mapping[str, object]) -> list[tuple[Place, Mapping[str, object]]]:
    """Every step of a probe, with its place."""
    return [((*place, *at), step) for at, step in blocks(probe, "steps")]


def requests(root: object) -> Iterator[tuple[Place, Mapping[str, object]]]:
    """Every HTTP request of every probe, with its place."""
    for place, probe in probes(root):
        for at, asking in ((place, probe), *steps(place, probe)):
            if "http" in asking:
                yield (*at, "http"), long_form(asking["http"], "url")
