"""Transactions: what steps hand on, what they clean up, and what they take."""

from __future__ import annotations

from monitor.core.model import Phases, Reason, Verdict
from monitor.probers.settings import Expect
from tests.monitor.probers.asked import header
from tests.monitor.probers.asking import Names
from tests.monitor.probers.servers import (
    answer,
    http_server,
    late,
    redirect,
)
from tests.monitor.probers.transactions import document, go_through, step

LATE = 0.1


# ── what steps hand on ───────────────────────────────────────────────────────────────────────────────


async def test_a_later_step_asks_with_what_an_earlier_one_saved() -> None:
    submitted = answer(201, b'{"id": "job 1", "parts": [3, 4]}', headers=("X-Key: k1",))
    with http_server(submitted, answer()) as server:
        result = await go_through(
            step("submit", server.url, method="POST", save={"job": "$.id", "parts": "$.parts", "key": "x-key"}),
            step(
                "fetch",
                f"{server.url}jobs/{{{{job}}}}",
                method="POST",
                headers={"X-Key": "{{key}}"},
                json='{"parts": "{{parts}}"}',
            ),
        )
        request = server.requests[1]
    assert (result.verdict, result.detail, result.evidence, result.http_status) == (Verdict.PASS, "", {}, 200)
    assert request.startswith(b"POST /jobs/job%201 HTTP/1.1\r\n")
    assert request.endswith(b'\r\n\r\n{"parts": [3, 4]}')
    assert header(request, "x-key") == "k1"


async def test_of_several_values_the_first_is_saved() -> None:
    with http_server(document(jobs=[{"id": 7}, {"id": 8}]), answer()) as server:
        await go_through(
            step("list", server.url, save={"job": "$.jobs[*].id"}), step("fetch", f"{server.url}{{{{job}}}}")
        )
        assert server.requests[1].startswith(b"GET /7 ")


async def test_a_location_that_is_saved_is_relative_to_the_url_that_gave_it() -> None:
    with http_server(answer(202, headers=("Location: ../jobs/1?a=b",)), answer()) as server:
        await go_through(step("submit", f"{server.url}v1/submit", save={"job": "Location"}), step("fetch", "{{job}}"))
        assert server.requests[1].startswith(b"GET /jobs/1?a=b ")


async def test_nothing_that_was_saved_lasts_beyond_the_run() -> None:
    with http_server(document(id="one"), answer(), answer(503)) as server:
        steps = (step("submit", server.url, save={"job": "$.id"}), step("fetch", f"{server.url}{{{{job}}}}"))
        await go_through(*steps)
        result = await go_through(*steps)
    assert result.detail == "step submit: HTTP 503 instead of 2xx"


# ── cookies ──────────────────────────────────────────────────────────────────────────────────────────


async def test_cookies_live_as_long_as_the_run_and_over_its_redirects() -> None:
    first = answer(302, headers=("Location: /home", "Set-Cookie: session=a1; Path=/", "Set-Cookie: lang=de"))
    with http_server(first, answer(), answer(), answer()) as server:
        await go_through(step("login", server.url), step("fetch", server.url))
        await go_through(step("anew", server.url))
        cookies = [header(request, "cookie") for request in server.requests]
    assert [cookie and set(cookie.split("; ")) for cookie in cookies] == [
        None,
        {"session=a1", "lang=de"},
        {"session=a1", "lang=de"},
        None,
    ]


async def test_a_cookie_is_sent_beside_that_of_the_step() -> None:
    with http_server(answer(headers=("Set-Cookie: session=a1",)), answer()) as server:
        await go_through(step("login", server.url), step("fetch", server.url, headers={"Cookie": "mine=1"}))
        assert header(server.requests[1], "cookie") == "mine=1; session=a1"


async def test_a_cookie_goes_to_no_other_host() -> None:
    names = Names({"api.test": ("127.0.0.1",), "shop.api.test": ("127.0.0.1",), "other.test": ("127.0.0.1",)})
    cookies = ("Set-Cookie: own=1", "Set-Cookie: wide=2; Domain=api.test")
    with http_server(answer(headers=cookies), redirect("/x"), answer()) as server:
        port = server.port
        await go_through(
            step("login", f"http://api.test:{port}/"),
            step("shop", f"http://shop.api.test:{port}/"),
            step("other", f"http://other.test:{port}/"),
            resolver=names,
        )
        assert [header(request, "cookie") for request in server.requests] == [None, "wide=2", "wide=2", None]


async def test_cookies_with_odd_values_go_back_as_they_came() -> None:
    with http_server(
        answer(headers=('Set-Cookie: a="b c\\"d"; Path=/', "Set-Cookie: e=f%20g:h")), answer()
    ) as server:
        result = await go_through(step("login", server.url), step("fetch", server.url))
        sent = header(server.requests[1], "cookie") or ""
    assert result.verdict is Verdict.PASS
    assert set(sent.split("; ")) == {'a="b c\\"d"', "e=f%20g:h"}


async def test_a_redirect_to_the_same_url_with_another_cookie_is_no_circle() -> None:
    home = answer(302, headers=("Location: /", "Set-Cookie: session=a1"))
    with http_server(home, answer()) as server:
        result = await go_through(step("login", server.url))
        assert len(server.requests) == 2
    assert result.verdict is Verdict.PASS


async def test_a_redirect_to_the_same_url_with_the_same_cookie_is_a_circle() -> None:
    home = answer(302, headers=("Location: /", "Set-Cookie: session=a1"))
    with http_server(home) as server:
        result = await go_through(step("login", server.url))
        assert len(server.requests) == 2
    assert (result.reason, result.detail) == (
        Reason.REDIRECTS,
        f"step login: redirected in a circle, to {server.url}",
    )


# ── cleaning up ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_step_that_cleans_up_runs_after_a_failure() -> None:
    with http_server(document(id=1), answer(503), answer()) as server:
        result = await go_through(
            step("submit", server.url, save={"job": "$.id"}),
            step("fetch", server.url),
            step("skipped", server.url),
            step("delete", f"{server.url}{{{{job}}}}", method="DELETE", always=True),
            step("skipped, too", server.url),
        )
        assert [request.split()[:2] for request in server.requests[2:]] == [[b"DELETE", b"/1"]]
    assert (result.detail, result.http_status) == ("step fetch: HTTP 503 instead of 2xx", 503)
    assert [one.step for one in result.steps] == ["submit", "fetch", "delete"]


async def test_a_failure_is_not_hidden_by_one_of_cleaning_up_after_it() -> None:
    with http_server(answer(503), answer(500)) as server:
        result = await go_through(step("fetch", server.url), step("delete", server.url, always=True))
    assert (result.detail, result.http_status) == ("step fetch: HTTP 503 instead of 2xx", 503)


async def test_what_was_made_is_cleaned_up_also_when_its_answer_is_not_as_expected() -> None:
    with http_server(document(id=1, state="broken"), answer()) as server:
        result = await go_through(
            step("submit", server.url, save={"job": "$.id"}, expect=Expect(json={"$.state": "new"})),
            step("delete", f"{server.url}{{{{job}}}}", always=True),
        )
        assert len(server.requests) == 2
    assert result.detail == 'step submit: $.state is "broken" instead of "new"'


async def test_all_that_can_be_saved_is_although_some_of_it_cannot() -> None:
    with http_server(document(id=1), answer()) as server:
        result = await go_through(
            step("submit", server.url, save={"state": "$.state", "job": "$.id"}),
            step("delete", f"{server.url}{{{{job}}}}", always=True),
        )
        assert len(server.requests) == 2
    assert result.detail == "step submit: save state: $.state finds nothing"


async def test_what_was_never_made_is_not_cleaned_up() -> None:
    with http_server(answer(503)) as server:
        result = await go_through(
            step("submit", server.url, save={"job": "$.id"}),
            step("delete", f"{server.url}{{{{job}}}}", always=True),
            step("log out", server.url, always=True),
        )
        assert len(server.requests) == 2
    assert [one.step for one in result.steps] == ["submit", "log out"]


async def test_a_step_that_cannot_clean_up_fails_a_run_that_went_well() -> None:
    with http_server(answer(), answer(500)) as server:
        result = await go_through(step("fetch", server.url), step("delete", server.url, always=True))
    assert (result.verdict, result.detail) == (Verdict.FAIL, "step delete: HTTP 500 instead of 2xx")


# ── phases ───────────────────────────────────────────────────────────────────────────────────────────


async def test_phases_are_known_step_by_step_and_in_all() -> None:
    names = Names({"api.test": ("127.0.0.1",)})
    with http_server(answer(), redirect("/next"), late(answer(), LATE)) as server:
        result = await go_through(
            step("named", f"http://api.test:{server.port}/"), step("led on", server.url), resolver=names
        )
    named, led_on = result.steps
    assert (named.step, led_on.step) == ("named", "led on")
    assert (named.phases.resolve is None, led_on.phases.resolve) == (False, None)
    assert (led_on.phases.processing or 0) >= LATE * 1_000_000
    assert result.phases == Phases(
        resolve=named.phases.resolve,
        connect=(named.phases.connect or 0) + (led_on.phases.connect or 0),
        processing=(named.phases.processing or 0) + (led_on.phases.processing or 0),
        transfer=(named.phases.transfer or 0) + (led_on.phases.transfer or 0),
    )


async def test_a_run_is_slow_by_all_its_steps_together() -> None:
    with http_server(late(answer(), LATE)) as server:
        steps = [step(str(count), server.url) for count in range(3)]
        result = await go_through(*steps, slow_after=int(LATE * 2_500))
    assert (result.verdict, result.reason) == (Verdict.SLOW, Reason.LATENCY)
