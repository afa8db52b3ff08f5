"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from exporter.headers import preflight
from exporter.negotiation import preferred
from exporter.rendering import JSON, json_answer
from monitor.core.ports import StoreRefused

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
NOWHERE: web.AppKey[Handler] = web.AppKey("nowhere")  # what answers browsers where there is nothing
RETRY_AFTER = "10"  # seconds; a full disk or a lock may be over by then
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
    except StoreRefused:  # what it does not take was not done, and may be asked for again
        detail = "The store takes no writes just now; nothing was changed."
        return Problem(503, detail, headers={"Retry-After": RETRY_AFTER}).response()
    except web.HTTPMethodNotAllowed as refusal:
        return _method_not_allowed(request, refusal)
    except web.HTTPNotFound:
        return await _not_found(request)
    except web.HTTPException as refusal:
        return _translate(refusal).response()
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        return Problem(500, "Something went wrong on our side; it is logged.").response()


def _method_not_allowed(request: web.Request, refusal: web.HTTPMethodNotAllowed) -> web.Response:
    allowed = ", ".join(sorted({*refusal.allowed_methods, "OPTIONS"}))
    if request.method == "OPTIONS":
        return preflight(request, allowed)
    detail = f"{request.method} is not allowed here; allowed: {allowed}."
    return Problem(405, detail, headers={"Allow": allowed}).response()


async def _not_found(request: web.Request) -> web.StreamResponse:
    wanted = preferred(request.headers.get("Accept", ""), (CONTENT_TYPE, JSON, "text/html"))
    if wanted == "text/html":
        return await request.app[NOWHERE](request)
    return Problem(404, f"There is nothing at {request.path}.").response()


def _translate(refusal: web.HTTPException) -> Problem:
    status = HTTPStatus(refusal.status)
    return Problem(status, f"{status.description or status.phrase}.")
