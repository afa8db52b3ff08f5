"""Spans and stretches, laid over one another and compared."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.core import ledger
from monitor.core.model import Health, Instant, LedgerRewrite, Span, Stretch, Window
from tests.monitor.core.story import LETTERS

STATUSES = {letter: status for status, letter in LETTERS.items()}
HEALTHS = {".": Health.UP, "d": Health.SLOW, "M": Health.DOWN, "u": Health.UNKNOWN}


def row(written: str) -> list[Span]:
    """`"0. 10M"` is operational since 0, and down since 10."""
    return [Span(int(entry[:-1]), STATUSES[entry[-1]]) for entry in written.split()]


def track(written: str) -> list[Stretch]:
    """The same of a probe; `"10M!"` is down beneath, but nobody could see it."""
    entries = [(entry.rstrip("!"), entry.endswith("!")) for entry in written.split()]
    return [Stretch(int(entry[:-1]), HEALTHS[entry[-1]], blind) for entry, blind in entries]


def written(spans: Sequence[Span]) -> str:
    return " ".join(f"{span.since}{LETTERS[span.status]}" for span in spans)


def window(starts: Instant, ends: Instant) -> Window:
    return Window(id="mnt_1", title="Upgrade", components=("api",), starts=starts, ends=ends)


@pytest.mark.parametrize(
    ("tracks", "maintained", "spans"),
    [
        (["0."], [], "10."),
        (["0. 10M"], [], "10M"),
        (["0. 11M"], [], "10. 11M"),
        (["0. 20M"], [], "10. 20M"),
        (["0. 21M"], [], "10."),
        (["0. 12M 15."], [], "10. 12M 15."),
        (["0. 12M!"], [], "10. 12u"),
        (["15."], [], "10u 15."),
        (["0.", "0. 12M 15."], [], "10. 12p 15."),
        (["0. 14M 18.", "0. 12M 16."], [], "10. 12p 14M 16p 18."),
        (["0. 12d", "0. 12M"], [], "10. 12p"),
        (["0."], [(12, 15)], "10. 12w 15."),
        (["0."], [(5, 10)], "10."),
        (["0."], [(5, 11)], "10w 11."),
        (["0."], [(20, 21)], "10. 20w"),
        (["0. 12M 14."], [(12, 15)], "10. 12w 15."),
        ([], [], "10u"),
    ],
)
def test_spans_are_laid_from_one_instant_up_to_and_with_what_holds_at_another(
    tracks: list[str], maintained: list[tuple[Instant, Instant]], spans: str
) -> None:
    assert written(ledger.laid([track(each) for each in tracks], maintained, 10, 20)) == spans


@pytest.mark.parametrize(
    ("tail", "windows", "maintained"),
    [
        ("0.", [], []),
        ("0. 10w", [], [(10, 20)]),
        ("0. 10w 15.", [], [(10, 15)]),
        ("0w 5. 10w 15.", [], [(0, 5), (10, 15)]),
        ("0. 10w 25.", [], [(10, 20)]),
        ("0.", [(20, 30)], [(20, 21)]),
        ("0.", [(19, 21)], [(20, 21)]),
        ("0.", [(10, 20)], []),
        ("0.", [(21, 30)], []),
        ("0. 10w", [(10, 30)], [(10, 20), (20, 21)]),
    ],
)
def test_maintenance_is_what_is_laid_down_and_what_runs_now(
    tail: str, windows: list[tuple[Instant, Instant]], maintained: list[tuple[Instant, Instant]]
) -> None:
    assert ledger.maintained(row(tail), [window(*each) for each in windows], 20) == maintained


@pytest.mark.parametrize(
    ("tail", "spans", "after"),
    [
        ("0. 10M", "20.", "0. 10M 20."),
        ("0. 10M", "10d", "0. 10d"),
        ("0. 10M", "5d", "0. 5d"),
        ("0. 10M", "11M", "0. 10M"),
        ("0. 10M 20.", "10.", "0."),
        ("0. 10M", "0M 10.", "0M 10."),
    ],
)
def test_what_begins_at_or_after_the_first_new_span_is_rewritten(tail: str, spans: str, after: str) -> None:
    assert written(ledger.rewritten(row(tail), row(spans))) == after


@pytest.mark.parametrize(
    ("old", "new", "since", "spans"),
    [
        ("0. 10M", "0. 10M", None, ""),
        ("0. 10M", "0. 10d", 10, "10d"),
        ("0. 10M", "0. 12M", 10, "12M"),
        ("0. 12M", "0. 10M", 10, "10M"),
        ("0. 10M", "0. 10M 20.", 20, "20."),
        ("0. 10M 20.", "0. 10M", 20, ""),
        ("0. 10M 20.", "0.", 10, ""),
        ("0. 10M 20.", "0d 10M 20.", 0, "0d 10M 20."),
        ("", "0.", 0, "0."),
        ("", "", None, ""),
    ],
)
def test_two_rows_differ_from_the_first_instant_at_which_they_say_different_things(
    old: str, new: str, since: Instant | None, spans: str
) -> None:
    assert ledger.diverged(row(old), row(new)) == since
    rewrite = ledger.difference(row(old), row(new))
    assert rewrite == (None if since is None else LedgerRewrite(since, tuple(row(spans))))


@pytest.mark.parametrize(
    ("first", "second", "since", "spans"),
    [
        (None, (10, "10M"), 10, "10M"),
        ((0, "0. 5d 10."), (10, "10M"), 0, "0. 5d 10M"),
        ((0, "0. 5d 10."), (4, "5M"), 0, "0. 5M"),
        ((10, "10M"), (5, "5d"), 5, "5d"),
        ((10, "12M"), (10, "10d"), 10, "10d"),
    ],
)
def test_two_rewrites_are_one_that_comes_to_the_same(
    first: tuple[Instant, str] | None, second: tuple[Instant, str], since: Instant, spans: str
) -> None:
    before = None if first is None else LedgerRewrite(first[0], tuple(row(first[1])))
    composed = ledger.composed(before, LedgerRewrite(second[0], tuple(row(second[1]))))
    assert (composed.since, written(composed.spans)) == (since, spans)


@pytest.mark.parametrize(
    ("horizon", "left"),
    [
        (-1, "0. 10M 20."),
        (0, "0. 10M 20."),
        (9, "0. 10M 20."),
        (10, "10M 20."),
        (19, "10M 20."),
        (20, "20."),
        (99, "20."),
    ],
)
def test_spans_that_ended_by_the_horizon_are_pruned(horizon: Instant, left: str) -> None:
    assert written(ledger.pruned(row("0. 10M 20."), horizon)) == left


@pytest.mark.parametrize(
    ("tail", "began"),
    [
        ("0. 10M", 10),
        ("0. 10d 20p 30M", 10),
        ("0. 10M 20u", 10),
        ("0. 10M 20u 30M", 10),
        ("0. 10M 20. 30M", 30),
        ("0. 10M 20w 30M", 30),
        ("0. 10u 20M", 20),
        ("0M", 0),
        ("0. 10u", 10),
    ],
)
def test_trouble_began_when_it_was_last_well_or_under_maintenance(tail: str, began: Instant) -> None:
    assert ledger.trouble_since(row(tail)) == began
