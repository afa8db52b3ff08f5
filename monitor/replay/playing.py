"""Plays what was recorded to both sides of a replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.core.model import HOUR, Duration, Instant
from monitor.replay.recording import Recording
from monitor.replay.side import Side
from monitor.replay.sources import Source

WARM_UP: Duration = HOUR  # of results before the time asked for: streaks, rests and reopenings reach back less


async def play(
    source: Source, sides: Sequence[Side], since: Instant, advanced: Callable[[Instant], None]
) -> Recording:
    """Play the results from an hour before `since` on, and all other observations from the beginning.

    So what was watched and planned is known when the results begin; what went on for longer then begins with them.
    What people said is played in its turn; a side hears what was said of incidents that it has, too.

    Args:
        advanced: is told how far it came whenever there is more to read.
    """
    recording, number = Recording(), 0
    while numbered := await source.slice_after(number, since - WARM_UP):
        if recording.begins is None:
            recording.begins = numbered[0][1].at
        else:
            advanced(recording.ends)
        for number, observation in numbered:  # noqa: B007  # the last one is where the next slice goes on
            recording.note(observation, since)
            for side in sides:
                side.observe(observation)
        recording.ends = observation.at
    recording.unheard = sides[-1].unheard
    return recording
