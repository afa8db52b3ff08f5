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
    Streak,
    Stretch,
    Verdict,
)

NO_STREAK = Streak()


def unheard_of(at: Instant) -> ProbeState:
    """The state of a probe that is watched from `at` on."""
    return ProbeState(track=(Stretch(at, Health.UNKNOWN),))


def is_settled(state: ProbeState) -> bool:
    """Whether one more pass would change nothing."""
    unconfirmed = state.fails.count or state.bads.count  # what is up has no other streak
    return state.effective is Health.UP and not (unconfirmed or state.unwatched or state.deaf)


def hear(state: ProbeState, setup: ProbeSetup, result: Result) -> ProbeState:
    """The state after one more result; the very same object when nothing changed."""
    heard = replace(state, unwatched=0, deaf=False) if state.unwatched or state.deaf else state
    if result.verdict is Verdict.UNKNOWN:
        return blinded(_untainted(heard, result), result.started)
    # A run that was under way while nobody watched vouches for nothing before its end.
    seen = sighted(heard, result.at if state.unwatched else result.started)
    confirmed = _confirmed(_counted(seen, result), setup, result)
    return state if confirmed == state else confirmed


def _untainted(state: ProbeState, result: Result) -> ProbeState:
    """A cut of our own network is seen only after it began: what failed before may have been its doing, too."""
    if result.reason is not Reason.OWN_NETWORK or not (state.fails.count or state.bads.count):
        return state
    return replace(state, fails=NO_STREAK, bads=NO_STREAK)


def blinded(state: ProbeState, since: Instant) -> ProbeState:
    """Unknown lies over the health from `since` on; the health and the streak wait beneath."""
    if state.blind:
        return state
    return replace(state, track=_continued(state.track, Stretch(since, state.health, blind=True)))


def sighted(state: ProbeState, since: Instant) -> ProbeState:
    """What waited beneath holds again from `since` on."""
    if not state.blind:
        return state
    return replace(state, track=_continued(state.track, Stretch(since, state.health)))


def missed(state: ProbeState, at: Instant, detail: str) -> ProbeState:
    """A heartbeat that should have come by now did not: it is down at once."""
    return replace(
        without_streaks(state),
        track=_continued(state.track, Stretch(at, Health.DOWN)),
        reasons=(Reason.HEARTBEAT_MISSED,),
        detail=detail,
    )


def unwatched(state: ProbeState, gap: Duration) -> ProbeState:
    """Nobody watched for so long; below zero where the clock was set back."""
    return replace(state, unwatched=state.unwatched + gap)


def deafened(state: ProbeState, setup: ProbeSetup, latest: Result, until: Instant) -> ProbeState:
    """Nobody listened until then: past half of its interval, the next beat of a heartbeat may have come unheard."""
    may_have_come = setup.grace is not None and until > latest.at + setup.interval // 2
    return replace(state, deaf=True) if may_have_come else state


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


def without_streaks(state: ProbeState) -> ProbeState:
    """What is known of a probe whose target or expectations changed."""
    return replace(state, fails=NO_STREAK, bads=NO_STREAK, goods=NO_STREAK, passes=NO_STREAK)


def pruned(state: ProbeState, horizon: Instant) -> ProbeState:
    """Without the part of the track that ended at or before the horizon."""
    begun = sum(stretch.since <= horizon for stretch in state.track)
    return state if begun <= 1 else replace(state, track=state.track[begun - 1 :])


def _counted(state: ProbeState, result: Result) -> ProbeState:
    """The streaks, one run longer or broken; each counts only while it could change the health."""
    health = state.health
    failed, passed = result.verdict is Verdict.FAIL, result.verdict is Verdict.PASS
    unconfirmed = health in (Health.UP, Health.UNKNOWN)
    return replace(
        state,
        fails=_longer(state.fails, result) if failed and health is not Health.DOWN else NO_STREAK,
        bads=_longer(state.bads, result) if not passed and unconfirmed else NO_STREAK,
        goods=_longer(state.goods, result) if not failed and health is Health.DOWN else NO_STREAK,
        passes=_longer(state.passes, result) if passed and health is Health.SLOW else NO_STREAK,
    )


def _longer(streak: Streak, result: Result) -> Streak:
    fresh = result.reason is not None and result.reason not in streak.reasons
    return Streak(
        count=streak.count + 1,
        since=streak.since if streak.count else result.started,
        reasons=(*streak.reasons, result.reason) if fresh and result.reason else streak.reasons,
        detail=result.detail or streak.detail,
    )


def _confirmed(state: ProbeState, setup: ProbeSetup, result: Result) -> ProbeState:
    if state.fails.count >= setup.failure_threshold:
        return _turned(state, Health.DOWN, state.fails, result)
    if state.bads.count >= setup.failure_threshold:
        return _turned(state, Health.SLOW, state.bads, result)
    if state.goods.count >= setup.success_threshold:
        came_back = Health.SLOW if result.verdict is Verdict.SLOW else Health.UP
        return _turned(state, came_back, state.goods, result)
    if state.passes.count >= setup.success_threshold:
        return _turned(state, Health.UP, state.passes, result)
    if state.health is Health.UNKNOWN and result.verdict is not Verdict.FAIL:
        return _turned(state, Health.UP, Streak(1, result.started), result)
    return state


def _turned(state: ProbeState, health: Health, streak: Streak, result: Result) -> ProbeState:
    """The health is confirmed, and was so since the first run of the streak; blind stretches stay blind."""
    well = health is Health.UP
    return replace(
        state,
        track=_rewritten(state.track, health, streak.since),
        fails=NO_STREAK if health is Health.DOWN else state.fails,
        bads=state.bads if well else NO_STREAK,
        goods=NO_STREAK,
        passes=NO_STREAK,
        reasons=() if well else streak.reasons,
        detail="" if well else streak.detail,
        certificate_expires=None if well else result.certificate_expires,
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


def _begun_by(streak: Streak, at: Instant) -> Streak:
    return streak if streak.since <= at else replace(streak, since=at)
