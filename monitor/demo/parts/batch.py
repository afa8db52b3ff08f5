"""Batch processing: jobs that are queued, and done after a while."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from aiohttp import web

JOB_TAKES = 2.0  # seconds
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
            web.get("/queue", self._queue),
        ]

    async def _submit(self, request: web.Request) -> web.Response:
        job = f"job_{secrets.token_hex(8)}"
        self._done_at[job] = self._clock() + JOB_TAKES
        if len(self._done_at) > JOBS_KEPT:
            del self._done_at[next(iter(self._done_at))]
        return web.json_response(self._document(job), status=202, headers={"Location": f"/jobs/{job}"})

    async def _show(self, request: web.Request) -> web.Response:
        job = request.match_info["id"]
        if job not in self._done_at:
            return web.json_response({"error": "no such job"}, status=404)
        return web.json_response(self._document(job))

    async def _queue(self, request: web.Request) -> web.Response:
        return web.json_response({"depth": sum(not self._done(job) for job in self._done_at)})

    def _document(self, job: str) -> dict[str, str]:
        return {"id": job, "status": "done" if self._done(job) else "queued"}

    def _done(self, job: str) -> bool:
        return self._clock() >= self._done_at[job]
