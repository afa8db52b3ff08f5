"""Batch processing: jobs that are queued, done after a while, and kept until somebody deletes them."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from aiohttp import web

JOB_TAKES = 1.0  # seconds
JOBS_KEPT = 100


class Batch:
    """Remembers the newest jobs, oldest first, by when each will be done.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._done_at: dict[str, float] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/jobs", self._submit),
            web.get("/jobs/{id}", self._show),
            web.delete("/jobs/{id}", self._delete),
        ]

    async def _submit(self, request: web.Request) -> web.Response:
        job = f"job_{secrets.token_hex(8)}"
        self._done_at[job] = self._clock() + JOB_TAKES
        if len(self._done_at) > JOBS_KEPT:
            del self._done_at[next(iter(self._done_at))]
        return web.json_response(self._document(job), status=202, headers={"Location": f"/jobs/{job}"})

    async def _show(self, request: web.Request) -> web.Response:
        job = request.match_info["id"]
        return web.json_response(self._document(job)) if job in self._done_at else _no_such_job()

    async def _delete(self, request: web.Request) -> web.Response:
        done_at = self._done_at.pop(request.match_info["id"], None)
        return _no_such_job() if done_at is None else web.Response(status=204)

    def _document(self, job: str) -> dict[str, str]:
        return {"id": job, "status": "done" if self._clock() >= self._done_at[job] else "queued"}


def _no_such_job() -> web.Response:
    return web.json_response({"error": "no such job"}, status=404)
