"""A plugin of pytest for Hypothesis: the same examples every time, and none made smaller once it has failed."""

from __future__ import annotations

from hypothesis import Phase, settings

PROFILE = "hasty"

settings.register_profile(
    PROFILE, derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate)
)
