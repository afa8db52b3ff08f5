"""The command that replays: it computes in its own process, and a running daemon only hands out what it recorded."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from exporter.rendering import json_text
from monitor.clock import DaemonClock
from monitor.commands.checking import loaded
from monitor.commands.control import Refused, Unreachable
from monitor.config import Config
from monitor.config.faults import BadValue
from monitor.config.units import duration
from monitor.core.model import Duration, Instant
from monitor.replay.document import document
from monitor.replay.judging import as_judged_by, as_recorded
from monitor.replay.limits import limits
from monitor.replay.outcome import outcome
from monitor.replay.playing import play
from monitor.replay.progress import shown
from monitor.replay.recording import Recording
from monitor.replay.side import Side
from monitor.replay.sources import NothingRecorded, opened
from monitor.replay.telling import told
from monitor.terminal import complain, say
from storage import Unusable

CURRENT = "current"  # what was in use, as it was recorded


class Exit(IntEnum):
    OK = 0
    NO_REPLAY = 1
    WRONG_CONFIG = 2
    UNREACHABLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says; `since` and `short` are durations as people write them."""

    config: Path
    against: str  # CURRENT, or the file of another config
    data: Path
    since: str
    short: str
    as_json: bool
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the options come to; `against` is None for what was recorded."""

    config: Config
    against: Config | None
    since: Instant
    until: Instant
    short: Duration


def replay(options: Options) -> Exit:
    """Print what would have been, side by side; what keeps it from being known is one sentence."""
    try:
        wish = _wish(options, DaemonClock().now())
        text = None if wish is None else asyncio.run(_replayed(options, wish))
    except BadValue as error:
        complain(str(error))
        return Exit.WRONG_CONFIG
    except (NothingRecorded, Refused, Unusable) as error:
        complain(str(error))
        return Exit.NO_REPLAY
    except Unreachable as error:
        complain(str(error))
        return Exit.UNREACHABLE
    if text is None:
        return Exit.WRONG_CONFIG
    return Exit.OK if say(text) else Exit.NO_REPLAY


def _wish(options: Options, now: Instant) -> Wish | None:
    """None when a config is wrong, and then its faults were written out. Raises BadValue for what is no duration."""
    since, short = _duration("--since", options.since), _duration("--short", options.short)
    config = loaded(options.config, options.environ)
    against = None if options.against == CURRENT else loaded(Path(options.against), options.environ)
    if config is None or (against is None and options.against != CURRENT):
        return None
    return Wish(config=config, against=against, since=now - since, until=now, short=short)


def _duration(option: str, text: str) -> Duration:
    try:
        return duration(text)
    except BadValue as error:
        raise BadValue(f"{option}: {error}") from None


async def _replayed(options: Options, wish: Wish) -> str:
    """The text to print; errors as of `opened`."""
    gc.freeze()  # what stands now stays: no collection need walk it again
    before = as_recorded if wish.against is None else as_judged_by(wish.against)
    async with opened(options.data) as source:
        subscriptions = await source.subscriptions()
        sides = (
            Side(options.against, before, subscriptions, wish.since),
            Side(str(options.config), as_judged_by(wish.config), subscriptions, wish.since),
        )
        with shown(wish.since, wish.until) as advanced:
            recording = await play(source, sides, wish.since, advanced)
    if recording.begins is None or recording.ends < wish.since:
        raise NothingRecorded(f"nothing was recorded in {options.data} in that time: go further back with --since")
    return _text(options, wish, sides, recording)


def _text(options: Options, wish: Wish, sides: tuple[Side, Side], recording: Recording) -> str:
    since, until = max(wish.since, recording.begins or 0), recording.ends
    one, other = (outcome(side, since, until, wish.short) for side in sides)
    found = limits(wish.config, wish.against, recording)
    if options.as_json:
        return json_text(document(one, other, recording, found)).rstrip("\n")
    return "\n".join(told((one, other), recording, wish.short, found))
