"""What a question costs SQLite."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database


def costly(db: Database, ask: Callable[[Database], object]) -> list[str]:
    """The steps of its plans that read a table or an index from end to end, or sort."""
    asked: list[tuple[str, object]] = []
    with db.tracer(lambda sql, parameters: asked.append((sql, parameters))):
        ask(db)
    assert asked
    steps: list[str] = []
    for sql, parameters in asked:
        plan = db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()  # type: ignore[arg-type]
        steps += [detail for *_, detail in plan]
    return [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step]


def machine_steps(db: Database, ask: Callable[[Database], object]) -> int:
    """How many instructions SQLite's machine runs for it."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    db.conn.set_progress_handler(count, 1)
    ask(db)
    db.conn.set_progress_handler(None, 1)
    return taken
