"""The bad days, in one table."""

from __future__ import annotations

from tests.torture.cases import (
    besieged,
    clocks,
    corrupted,
    cut,
    full,
    fuzzed,
    injected,
    killed,
    locked,
    mutants,
    power,
    reloaded,
    rivals,
    soak,
    stalled,
    starved,
    stopped,
)
from tests.torture.scorecard import Case

CASES: tuple[Case, ...] = (
    Case(
        "killed",
        "kill -9 under load loses nothing that was acknowledged, tells nothing twice, and the next start is quick",
        killed.run,
        limit=3_600,
    ),
    Case(
        "injected",
        "SIGKILL, EIO or ENOSPC at any write or sync leaves it sound, loses nothing acknowledged, and it recovers",
        injected.run,
        limit=5_400,
    ),
    Case(
        "power",
        "a power cut at any moment corrupts nothing and loses nothing that was acknowledged",
        power.run,
        limit=1_800,
    ),
    Case(
        "full",
        "on a full disk probing goes on, what was held is written when there is room, and a start waits for room",
        full.run,
        limit=900,
    ),
    Case(
        "locked",
        "while another program locks the database probing goes on, and what was held is written afterwards",
        locked.run,
        limit=600,
    ),
    Case(
        "corrupted",
        "a damaged database is moved aside and reported, what is sound is kept, and the daemon runs within 5 s",
        corrupted.run,
        limit=1_800,
    ),
    Case(
        "rivals",
        "a second daemon on a directory leaves with exit code 3, and one that follows a killed one is ready at once",
        rivals.run,
        limit=600,
    ),
    Case(
        "stopped",
        "SIGTERM ends it with exit code 0 whatever hangs, also as the first process, and loses nothing acknowledged",
        stopped.run,
        limit=2_400,
    ),
    Case(
        "clocks",
        "clocks that jump and machines that sleep leave no probe unwatched, flood none, and open no incident",
        clocks.run,
        limit=2_400,
    ),
    Case(
        "cut",
        "a cut of our own network is told once and blames nobody, and a real outage opens soon after its end",
        cut.run,
        limit=3_600,
    ),
    Case(
        "starved",
        "a want of descriptors or ports blames no target, and is over within an interval",
        starved.run,
        limit=600,
    ),
    Case(
        "stalled",
        "a daemon that stands still or shares its core blames no target, and its latencies are right or marked",
        stalled.run,
        limit=900,
    ),
    Case(
        "besieged",
        "crowds, trickling callers and oversized requests keep nobody out, and probes stay on time",
        besieged.run,
        limit=900,
    ),
    Case(
        "reloaded",
        "wrong configs change nothing, and a component removed in its trouble closes its incident once",
        reloaded.run,
        limit=900,
    ),
    Case(
        "soak",
        "half an hour of ordinary life makes neither memory, descriptors, threads nor the log grow",
        soak.run,
        limit=2_400,
    ),
    Case(
        "fuzzed",
        "whatever bytes strangers hand in are taken or refused as described, in time, and are never a fault of ours",
        fuzzed.run,
        limit=7_200,
    ),
    Case(
        "mutants",
        "of 300 small mistakes in the rules and the guard, their tests notice at least 85 %",
        mutants.run,
        limit=2_400,
    ),
)
