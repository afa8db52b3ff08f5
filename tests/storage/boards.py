"""Boards, told so that two of them can be compared."""

from __future__ import annotations

from monitor.core.board import Board
from monitor.core.model import Step, Tick


def state(board: Board) -> tuple[object, ...]:
    """All that a board holds, once it has forgotten what it may: it does so whenever something changes."""
    board.apply(Tick(board.at), Step())
    return board.setup, board.probes, board.components, board.incidents, board.latest, board.at
