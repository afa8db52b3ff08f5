"""From verdicts to health: one probe's thresholds, streaks, and what lies over them."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.model import (
    Duration,
    Health,
    Instant,
    ProbeSetup,
    ProbeState,
    Reason,
    Result,
    Run,
    Stretch,
    Verdict,
)

NONE = Run()


def unheard_of(at: Instant) -> ProbeState:
    """The state of a probe that is watched from `at` on."""
    return ProbeState(track=(Stretch(at, Health.UNKNOWN),))


def is_settled(state: ProbeState) -> bool:
    """Whether one more pass would change nothing."""
    return state.effective is Health.UP and state.streak_since is None and not state.unwatched


def hear(state: ProbeState, setup: ProbeSetup, result: Result) -> ProbeState:
    """The state after one more result; the very same object when nothing changed."""
    heard = replace(state, unwatched=0) if state.unwatched else state
    if result.verdict is Verdict.UNKNOWN:
        return blinded(heard, result.started)
    counted = _counted(sighted(heard, result.started), result)
    confirmed = _confirmed(counted, setup, result)
    return state if confirmed == state else confirmed


def blinded(state: ProbeState, since: Instant) -> ProbeState:
    """Unknown lies over the health from `since` on; the health and the streak wait beneath."""
    if state.masked:
        return state
    return replace(state, track=_continued(state.track, Stretch(since, state.health, blind=True)))


def sighted(state: ProbeState, since: Instant) -> ProbeState:
    """What waited beneath holds again from `since` on."""
    if not state.masked:
        return state
    return replace(state, track=_continued(state.track, Stretch(since, state.health)))


def unwatched(state: ProbeState, gap: Duration) -> ProbeState:
    """Nobody watched for so long; below zero where the clock was set back."""
    return replace(state, unwatched=state.unwatched + gap)


def set_back(state: ProbeState, at: Instant) -> ProbeState:
    """The clock was set back to `at`: what began later is moved to it."""
    last = state.track[-1]
    return replace(
        state,
        track=state.track if last.since <= at else _continued(state.track, replace(last, since=at)),
        fails=_begun_by(state.fails, at),
        bads=_begun_by(state.bads, at),
        goods=_begun_by(state.goods, at),
        passes=_begun_by(state.passes, at),
    )


def without_streak(state: ProbeState) -> ProbeState:
    """What is known of a probe whose target or expectations changed."""
    return replace(state, fails=NONE, bads=NONE, goods=NONE, passes=NONE)


def pruned(state: ProbeState, horizon: Instant) -> ProbeState:
    """Without the part of the track that ended at or before the horizon."""
    begun = sum(stretch.since <= horizon for stretch in state.track)
    return state if begun <= 1 else replace(state, track=state.track[begun - 1 :])


def _counted(state: ProbeState, result: Result) -> ProbeState:
    """The streaks, one run longer or broken; each counts only while it could change the health."""
    health, started = state.health, result.started
    failed, passed = result.verdict is Verdict.FAIL, result.verdict is Verdict.PASS
    fails = _longer(state.fails, started) if failed and health is not Health.DOWN else NONE
    bads = _longer(state.bads, started) if not passed and health in (Health.UP, Health.UNKNOWN) else NONE
    goods = _longer(state.goods, started) if not failed and health is Health.DOWN else NONE
    passes = _longer(state.passes, started) if passed and health is Health.SLOW else NONE
    counted = replace(state, fails=fails, bads=bads, goods=goods, passes=passes)
    if fails.count or bads.count:
        return replace(counted, reasons=_reasons(state, fails, bads, result), detail=result.detail)
    return counted


def _longer(run: Run, started: Instant) -> Run:
    return Run(run.count + 1, run.since if run.count else started)


def _reasons(state: ProbeState, fails: Run, bads: Run, result: Result) -> tuple[Reason, ...]:
    """A streak that begins starts a new list; later runs of it add what is new."""
    if result.reason is None:
        return state.reasons
    if 1 in (fails.count, bads.count):
        return (result.reason,)
    return state.reasons if result.reason in state.reasons else (*state.reasons, result.reason)


def _confirmed(state: ProbeState, setup: ProbeSetup, result: Result) -> ProbeState:
    if state.fails.count >= setup.failure_threshold:
        return _turned(state, Health.DOWN, state.fails.since)
    if state.bads.count >= setup.failure_threshold:
        return _turned(state, Health.SLOW, state.bads.since)
    if state.goods.count >= setup.success_threshold:
        came_back = Health.SLOW if result.verdict is Verdict.SLOW else Health.UP
        return _turned(state, came_back, state.goods.since)
    if state.passes.count >= setup.success_threshold:
        return _turned(state, Health.UP, state.passes.since)
    if state.health is Health.UNKNOWN and result.verdict is not Verdict.FAIL:
        return _turned(state, Health.UP, result.started)
    return state


def _turned(state: ProbeState, health: Health, since: Instant) -> ProbeState:
    """The health is confirmed, and was so since the first run of the streak; blind stretches stay blind."""
    return replace(
        state,
        track=_rewritten(state.track, health, since),
        fails=NONE if health is Health.DOWN else state.fails,
        bads=state.bads if health is Health.UP else NONE,
        goods=NONE,
        passes=NONE,
    )


def _rewritten(track: tuple[Stretch, ...], health: Health, since: Instant) -> tuple[Stretch, ...]:
    before = [stretch for stretch in track if stretch.since < since]
    after = [stretch for stretch in track if stretch.since >= since]
    if before:
        after.insert(0, replace(before[-1], since=since))
    return _merged(before + [replace(stretch, health=health) for stretch in after])


def _merged(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for stretch in stretches:
        if merged and merged[-1].since == stretch.since:
            merged.pop()
        if not merged or (merged[-1].health, merged[-1].blind) != (stretch.health, stretch.blind):
            merged.append(stretch)
    return tuple(merged)


def _continued(track: tuple[Stretch, ...], stretch: Stretch) -> tuple[Stretch, ...]:
    """The track, going on as `stretch`; what began later than it never was."""
    return _merged([earlier for earlier in track if earlier.since < stretch.since] + [stretch])


def _begun_by(run: Run, at: Instant) -> Run:
    return run if run.since <= at else Run(run.count, at)
