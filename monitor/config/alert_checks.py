"""What must hold within and between alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec

from monitor.config import shapes
from monitor.config.alerting import FORMATS
from monitor.config.faults import Found
from monitor.config.naming import misnamed
from monitor.core.fanout import EVERYTHING

LOCAL = ("localhost", "127.0.0.1", "::1")

_TOGETHER = (("username", "password"), ("password", "username"))


def _formats(root: object) -> Found:
    for place, alert in shapes.blocks(root, "alerts"):
        named = _named(alert)
        # A mapping under an unknown key is a misspelt format, which has its own fault.
        if not named and not any(isinstance(value, dict) for value in alert.values()):
            yield place, f"this alert has no format; name one of {', '.join(FORMATS)}"
        for format_ in named[1:]:
            yield (*place, format_), f"{named[0]} is given as well; make this an alert of its own"


def _names(root: object) -> Found:
    seen: set[str] = set()
    for place, alert in shapes.blocks(root, "alerts"):
        name = alert.get("name", next(iter(_named(alert)), None))
        if isinstance(name, str) and name in seen:
            remedy = "give one another name" if "name" in alert else "give one a name"
            yield (*place, "name"), f"two alerts are called {name}; {remedy}"
        elif isinstance(name, str):
            seen.add(name)


def _components(root: object) -> Found:
    known = shapes.components(root)
    for place, alert in shapes.blocks(root, "alerts"):
        yield from misnamed((*place, "components"), alert.get("components"), known)


def _logins(root: object) -> Found:
    for place, alert in shapes.blocks(root, "alerts"):
        email = shapes.mapping(alert.get("email"))
        for given, missing in _TOGETHER:
            if given in email and missing not in email:
                yield (*place, "email", given), f"{missing} is missing beside it; write both, or neither"


def _open_logins(root: object) -> Found:
    for place, alert in shapes.blocks(root, "alerts"):
        email = shapes.mapping(alert.get("email"))
        if email.get("security") == "none" and "password" in email and email.get("host") not in LOCAL:
            problem = "the password would go over the network unencrypted; use starttls or tls"
            yield (*place, "email", "security"), problem


def _idle_impacts(root: object) -> Found:
    for place, alert in shapes.blocks(root, "alerts"):
        events = [event for _, event in shapes.texts(alert.get("events"))]
        if "least_impact" in alert and events and not any(_of_incidents(event) for event in events):
            yield (*place, "least_impact"), "only incidents have an impact; remove this, or take incident.*"


def _of_incidents(event: str) -> bool:
    return event == EVERYTHING or event.startswith("incident.")


def _packages(root: object) -> Found:
    for place, alert in shapes.blocks(root, "alerts"):
        if "apprise" in alert and find_spec("apprise") is None:
            yield (*place, "apprise"), "apprise is not installed; install justkalm-monitor[apprise]"


def _named(alert: Mapping[str, object]) -> list[str]:
    """The formats that an alert names, in the order in which it does."""
    return [key for key in alert if key in FORMATS]


CHECKS: tuple[Callable[[object], Found], ...] = (
    _formats,
    _names,
    _components,
    _logins,
    _open_logins,
    _idle_impacts,
    _packages,
)
