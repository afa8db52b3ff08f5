"""What is written beside the board until it is whole."""

from __future__ import annotations

import pytest

from monitor.core.draft import Draft
from tests.monitor.core.story import Story


def test_a_component_that_is_dropped_is_watched_no_more() -> None:
    draft = Draft(Story().runs(".").board)
    assert draft.component("api")
    draft.drop_component("api")
    with pytest.raises(KeyError, match="api"):
        draft.component("api")


def test_what_no_result_can_rewrite_any_more_is_forgotten() -> None:
    story = Story().runs(".U" * 100)
    assert len(story.rows["api"]) == 200
    assert len(story.board.probes["api/health"].track) < 5
    assert len(story.board.components["api"].tail) < 5
