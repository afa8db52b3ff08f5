"""The whole description, put together from its subjects."""

from __future__ import annotations

from exporter.openapi import shared
from exporter.openapi.operation import Described, Subject
from exporter.openapi.subjects import (
    amendments,
    deliveries,
    embedding,
    events,
    inbound,
    incidents,
    latency,
    maintenances,
    pages,
    reports,
    running,
    status,
    statuspage,
    subscriptions,
)

VERSION = "1"  # of the API, as in its paths
SAYS = """What needs no key bears an ETag, and pages of any site may ask for it. Each GET answers HEAD, too.

Times are RFC 3339, and ours are in UTC; what is not known is null. Documents may gain fields, and never lose one.
Whatever goes wrong is told as a problem document (RFC 9457)."""

SUBJECTS: tuple[Subject, ...] = (
    status.SUBJECT,
    latency.SUBJECT,
    incidents.SUBJECT,
    maintenances.SUBJECT,
    amendments.SUBJECT,
    reports.SUBJECT,
    events.SUBJECT,
    subscriptions.SUBJECT,
    deliveries.SUBJECT,
    embedding.SUBJECT,
    statuspage.SUBJECT,
    pages.SUBJECT,
    inbound.SUBJECT,
    running.SUBJECT,
)


def description(server: str = "/") -> Described:
    """OpenAPI 3.1, of the server at an address; without one, of that which it comes from."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Status API",
            "version": VERSION,
            "summary": "How the parts of JustKalm are, were, and will be.",
            "description": SAYS,
        },
        "servers": [{"url": server}],
        "tags": [{"name": subject.name, "description": subject.says} for subject in SUBJECTS],
        "paths": _paths(),
        "webhooks": _webhooks(),
        "components": _components(),
    }


def _paths() -> Described:
    paths: dict[str, dict[str, object]] = {}
    for subject in SUBJECTS:
        for (method, path), operation in subject.operations.items():
            paths.setdefault(path, {})[method.lower()] = {"tags": [subject.name], **operation}
    return dict(paths)


def _webhooks() -> Described:
    return {
        name: {"post": {"tags": [subject.name], **post}}
        for subject in SUBJECTS
        for name, post in subject.webhooks.items()
    }


def _components() -> Described:
    schemas = shared.SCHEMAS | {name: each for subject in SUBJECTS for name, each in subject.schemas.items()}
    examples = shared.EXAMPLES | {name: each for subject in SUBJECTS for name, each in subject.examples.items()}
    return {
        "schemas": schemas,
        "examples": {name: {"value": value} for name, value in examples.items()},
        "parameters": shared.PARAMETERS,
        "headers": shared.HEADERS,
        "responses": shared.RESPONSES,
        "securitySchemes": shared.SECURITY,
    }
