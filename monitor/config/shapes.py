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
    """Every probe, with its place."""
    for component, settings in components(root).items():
        for name, probe in mapping(settings.get("probes")).items():
            yield ("components", component, "probes", name), mapping(probe)


def http(probe: Mapping[str, object]) -> Mapping[str, object]:
    """How the probe asks, with the short form written out."""
    asked = probe.get("http")
    return {"url": asked} if isinstance(asked, str) else mapping(asked)


def windows(root: object) -> Iterator[tuple[Place, Mapping[str, object]]]:
    """Every maintenance window, with its place."""
    for at, window in enumerate(_listed(root, "maintenance")):
        yield ("maintenance", at), mapping(window)


def alerts(root: object) -> Iterator[tuple[Place, Mapping[str, object]]]:
    """Every alert that is a mapping, with its place."""
    for at, alert in enumerate(_listed(root, "alerts")):
        if isinstance(alert, dict):
            yield ("alerts", at), alert


def _listed(root: object, section: str) -> list[object]:
    listed = mapping(root).get(section)
    return listed if isinstance(listed, list) else []
