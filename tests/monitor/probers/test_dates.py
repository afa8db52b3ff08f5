"""What the clocks of others say of our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND, Reason
from monitor.probers.dates import MOST, Dates, wrong_by
from tests.builders import NOON
from tests.monitor.probers.asking import Names, probers, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import answer, http_server, redirect

MS = 1_000_000  # ns


@pytest.mark.parametrize(
    ("offsets", "wrong"),
    [
        ([], None),
        ([HOUR], None),
        ([0, 0], None),
        ([HOUR, HOUR], HOUR),
        ([-HOUR, -HOUR], -HOUR),
        ([HOUR, HOUR + MINUTE], HOUR),
        ([HOUR, HOUR + MINUTE + 1], None),
        ([5 * MINUTE, 5 * MINUTE], None),
        ([5 * MINUTE + 1, 5 * MINUTE + 1], 5 * MINUTE + 1),
        ([5 * MINUTE, 5 * MINUTE + 1, 5 * MINUTE + 1], None),
        ([-5 * MINUTE - 1, -5 * MINUTE - 1], -5 * MINUTE - 1),
        ([HOUR, HOUR, 0], HOUR),
        ([HOUR, HOUR, 0, 0], None),
        ([HOUR, HOUR, 2 * HOUR, 3 * HOUR], None),
        ([HOUR, HOUR, HOUR, 2 * HOUR, 0], HOUR),
        ([HOUR, HOUR, HOUR, 2 * HOUR, 2 * HOUR], HOUR),
        ([HOUR, -HOUR], None),
        ([0, 0, HOUR], None),
        ([HOUR, HOUR + 20 * SECOND, HOUR + 40 * SECOND], HOUR + 20 * SECOND),
        ([HOUR, HOUR + 50 * SECOND, HOUR + 100 * SECOND], HOUR),
    ],
)
def test_our_clock_is_wrong_when_most_others_agree_on_another_time(offsets: list[int], wrong: int | None) -> None:
    assert wrong_by(offsets) == wrong
    assert wrong_by(offsets[::-1]) == wrong


class Hands:
    """A clock that is moved by hand, in ns."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


def at_noon() -> int:
    return NOON * MS


def seen(*headers: tuple[str, str | None, str | None]) -> int | None:
    """What is known after these answers: (host, Date, Age), at noon by our clock."""
    dates = Dates(Hands(), at_noon)
    for host, date, age in headers:
        dates.note(host, date, age)
    return dates.wrong_by()


THIRTEEN = "Tue, 01 Dec 2026 13:00:00 GMT"


def test_two_hosts_that_agree_show_that_our_clock_is_wrong() -> None:
    assert seen(("a.test", THIRTEEN, None), ("b.test", THIRTEEN, None)) == HOUR


def test_one_host_alone_shows_nothing_however_often_it_says_so() -> None:
    assert seen(("a.test", THIRTEEN, None), ("a.test", THIRTEEN, None)) is None


def test_an_answer_from_a_cache_is_as_much_older_as_it_says() -> None:
    eleven = "Tue, 01 Dec 2026 11:00:00 GMT"
    assert seen(("a.test", eleven, "3600"), ("b.test", eleven, "3600")) is None
    assert seen(("a.test", THIRTEEN, "3600"), ("b.test", THIRTEEN, "3600")) == 2 * HOUR


@pytest.mark.parametrize(
    ("date", "wrong"),
    [
        ("Tue, 01 Dec 2026 13:00:00 -0000", HOUR),
        ("Tue, 01 Dec 2026 13:00:00 +0200", HOUR),
        ("Tuesday, 01-Dec-26 13:00:00 GMT", HOUR),
        ("Tue Dec  1 13:00:00 2026", HOUR),
        ("", None),
        ("now", None),
        ("Tue, 41 Dec 2026 13:00:00 GMT", None),
        ("Tue, 01 Dec 99999 13:00:00 GMT", None),
        (None, None),
    ],
)
def test_a_date_is_read_in_all_its_forms_and_nonsense_is_ignored(date: str | None, wrong: int | None) -> None:
    assert seen(("a.test", date, None), ("b.test", date, None)) == wrong


@pytest.mark.parametrize("age", ["soon", "", "1.5", "9" * 5_000])
def test_an_age_that_cannot_be_read_makes_a_date_worthless(age: str) -> None:
    assert seen(("a.test", THIRTEEN, age), ("b.test", THIRTEEN, age)) == (HOUR if age == "" else None)


def told_at_thirteen() -> tuple[Dates, Hands]:
    """Two hosts said at noon that it was one o'clock; the hands are those of our clocks."""
    hands = Hands()
    dates = Dates(hands, lambda: NOON * MS + hands.now)
    for host in ("a.test", "b.test"):
        dates.note(host, THIRTEEN, None)
    return dates, hands


def test_the_latest_answer_of_a_host_is_kept_for_ten_minutes() -> None:
    dates, hands = told_at_thirteen()
    hands.now = 10 * MINUTE * MS
    assert dates.wrong_by() == HOUR
    hands.now += MS
    assert dates.wrong_by() is None


def test_a_clock_that_was_put_right_is_right_at_once_and_one_that_stepped_is_wrong_at_once() -> None:
    steady, wall = Hands(), Hands()
    dates = Dates(steady, wall)
    wall.now = (NOON + HOUR) * MS
    for host in ("a.test", "b.test"):
        dates.note(host, THIRTEEN, None)
    assert dates.wrong_by() is None
    wall.now += 24 * HOUR * MS
    assert dates.wrong_by() == -24 * HOUR
    wall.now -= 24 * HOUR * MS
    assert dates.wrong_by() is None


def test_time_that_passed_since_an_answer_is_no_fault_of_our_clock() -> None:
    dates, hands = told_at_thirteen()
    hands.now = 9 * MINUTE * MS
    assert dates.wrong_by() == HOUR


def test_of_very_many_hosts_the_oldest_are_forgotten() -> None:
    dates = Dates(Hands(), at_noon)
    for host in ("a.test", "b.test"):
        dates.note(host, THIRTEEN, None)
    for number in range(MOST - 2):
        dates.note(
            f"{number}.test",
            format_datetime(datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=number), usegmt=True),
            None,
        )
    assert dates.wrong_by() is None
    assert len(dates._seen) == MOST
    dates.note("a.test", THIRTEEN, None)
    dates.note("new.test", THIRTEEN, None)
    assert "b.test" not in dates._seen
    assert "a.test" in dates._seen


# ── where they come from ─────────────────────────────────────────────────────────────────────────────


def date(ahead: timedelta) -> str:
    return (datetime.now(UTC) + ahead).strftime("Date: %a, %d %b %Y %H:%M:%S GMT")


async def test_the_date_of_each_answer_is_noted_also_of_a_redirect() -> None:
    with http_server(answer(headers=(date(timedelta(hours=2)),))) as other:
        led_on = redirect(f"http://b.test:{other.port}/").replace(
            b"\r\n\r\n", f"\r\n{date(timedelta(hours=2))}\r\n\r\n".encode()
        )
        names = Names({"a.test": ("127.0.0.1",), "b.test": ("127.0.0.1",)})
        with http_server(led_on) as server:
            async with probers(resolver=names) as shared:
                await shared.prober(settings(f"http://a.test:{server.port}/")).run()
                wrong = shared.dates.wrong_by()
    assert wrong == pytest.approx(2 * HOUR, abs=5 * SECOND)


@pytest.mark.parametrize(
    ("begins", "ends", "reason"), [(-30, -3, Reason.TLS_EXPIRED), (3, 30, Reason.TLS_NOT_YET_VALID)]
)
async def test_the_time_is_asked_for_where_it_makes_a_certificate_worthless(
    tmp_path: Path, begins: int, ends: int, reason: Reason
) -> None:
    authority, results = Authority(tmp_path), []
    names = Names({"a.parts.test": ("127.0.0.1",), "b.parts.test": ("127.0.0.1",)})
    context = authority.server("*.parts.test", begins=timedelta(days=begins), ends=timedelta(days=ends))
    with http_server(answer(headers=(date(timedelta(days=-5)),)), context=context) as server:
        async with probers(cafile=authority.cafile, resolver=names) as shared:
            for host in ("a.parts.test", "b.parts.test"):
                probe = settings(f"https://{host}:{server.port}/", headers={"Authorization": "Bearer secret"})
                results.append(await shared.prober(probe).run())
            wrong = shared.dates.wrong_by()
        assert all(request.startswith(b"HEAD / HTTP/1.1\r\nHost: ") for request in server.requests)
        assert not any(b"secret" in request for request in server.requests)
    assert [result.reason for result in results] == [reason, reason]
    assert wrong == pytest.approx(-5 * 24 * HOUR, abs=5 * SECOND)


@pytest.mark.parametrize("words", [b"", b"x" * 100_000, b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\nDate: \xff\r\n\r\n"])
async def test_a_host_that_does_not_tell_the_time_still_shows_its_certificate(tmp_path: Path, words: bytes) -> None:
    authority = Authority(tmp_path)
    context = authority.server(ends=timedelta(days=-3, hours=-1))
    with http_server(words, context=context) as server:
        async with probers(cafile=authority.cafile) as shared:
            result = await shared.prober(settings(f"https://localhost:{server.port}/")).run()
    assert result.detail == "certificate expired 3 days ago (CN=localhost)"
