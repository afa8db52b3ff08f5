"""Pages for people, and this description."""

from __future__ import annotations

from exporter.openapi.operation import HTML, Subject, in_query, plain, public
from exporter.openapi.schema import text
from exporter.openapi.subjects.incidents import INCIDENT_ID
from exporter.openapi.subjects.status import COMPONENT

PLACE = in_query("cursor", "From where older ones follow. The page begins anew where it leads nowhere.", text())
NO_PAGE = {404: ("There is no such page.", HTML)}

OPERATIONS = {
    ("GET", "/"): public("show_status", "The status page", HTML),
    ("GET", "/history"): public("show_history", "All incidents and all maintenance", HTML, parameters=[PLACE]),
    ("GET", "/incidents/{id}"): public(
        "show_incident", "The page of an incident", HTML, parameters=[INCIDENT_ID], answers=NO_PAGE
    ),
    ("GET", "/components/{id}"): public(
        "show_component", "The page of a component", HTML, parameters=[COMPONENT], answers=NO_PAGE
    ),
    ("GET", "/live.js"): public("get_live_script", "What keeps an open page up to date", plain("text/javascript")),
    ("GET", "/docs"): public("show_docs", "This description, for people", HTML),
    ("GET", "/api/v1/openapi.json"): public(
        "get_description", "This description, for programs", {"application/json": {"schema": {"type": "object"}}}
    ),
}

SUBJECT = Subject(name="Pages", says="For people; HTML that needs no script.", operations=OPERATIONS)
