"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from exporter.headers import preflight
from exporter.rendering import json_answer

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
ENDS_CONNECTION = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)  # the rest is not read


class Problem(Exception):
    """What a handler raises to answer with an error.

    Args:
        detail: one sentence for the caller; nothing of our insides.
        errors: for 422, one entry for each wrong parameter: {"field": its name, "detail": what is allowed}.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = HTTPStatus(status)
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def document(self) -> dict[str, object]:
        document: dict[str, object] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        return document | ({"errors": list(self.errors)} if self.errors else {})

    def response(self) -> web.Response:
        headers = {"Cache-Control": "no-store"} | self.headers
        response = json_answer(self.document(), self.status, content_type=CONTENT_TYPE, headers=headers)
        if self.status in ENDS_CONNECTION:
            response.force_close()
        return response


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost middleware: whatever goes wrong within becomes a problem document."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPMethodNotAllowed as refusal:
        return _method_not_allowed(request, refusal)
    except web.HTTPException as refusal:
        return _translate(request, refusal).response()
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        return Problem(500, "Something went wrong on our side; it is logged.").response()


def _method_not_allowed(request: web.Request, refusal: web.HTTPMethodNotAllowed) -> web.Response:
    allowed = ", ".join(sorted({*refusal.allowed_methods, "OPTIONS"}))
    if request.method == "OPTIONS":
        return preflight(request, allowed)
    detail = f"{request.method} is not allowed here; allowed: {allowed}."
    return Problem(405, detail, headers={"Allow": allowed}).response()


def _translate(request: web.Request, refusal: web.HTTPException) -> Problem:
    status = HTTPStatus(refusal.status)
    if status is HTTPStatus.NOT_FOUND:
        return Problem(404, f"There is nothing at {request.path}.")
    return Problem(status, f"{status.description or status.phrase}.")
