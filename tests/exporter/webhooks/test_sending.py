"""By which way a message goes, and what is shown of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from exporter.webhooks.alerts import Channel
from exporter.webhooks.apprising import UNKNOWN_URL
from exporter.webhooks.formats.message import Message
from exporter.webhooks.guard import Allowance
from exporter.webhooks.post import Answer
from exporter.webhooks.retry import Outcome
from exporter.webhooks.sending import Sender, Sent
from monitor.core.redaction import Redactor
from monitor.core.subscribing import Attempt
from tests.builders import NOON
from tests.exporter.webhooks.formatting import FORMATS, Settings, alert
from tests.exporter.webhooks.nouns import subscription
from tests.monitor.probers.servers import answer, closed_port, http_server, redirect

LOOPBACK = Allowance(http=True, networks=(ip_network("127.0.0.0/8"),))
ALERT = subscription("alr_a", alert="a", endpoint="")


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    sender = Sender("1.2.3")
    yield sender
    await sender.close()


def message(url: str, method: str = "POST") -> Message:
    return Message(method, url, {"From": "us@a.example", "To": "you@a.example"}, b"{}")


async def test_who_subscribed_is_told_as_far_as_the_config_allows_and_alerts_anywhere(sender: Sender) -> None:
    with http_server(answer(200)) as server:
        told = message(server.url)
        assert (await sender.send(ALERT, told)).status == 200
        assert (await sender.send(subscription(), told)).excerpt == "the address is not allowed"
        sender.use(LOOPBACK, str)
        assert (await sender.send(subscription(), told)).status == 200


async def test_an_alert_that_is_sent_elsewhere_is_not_followed(sender: Sender) -> None:
    with http_server(answer(200)) as elsewhere, http_server(redirect(elsewhere.url, 307)) as server:
        assert (await sender.send(ALERT, message(server.url))).status == 307
    assert elsewhere.requests == []


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
async def test_mail_goes_to_its_server(sender: Sender, scheme: str) -> None:
    with closed_port() as server:
        answered = await sender.send(ALERT, message(f"{scheme}://{server.address}", "MAIL"))
    assert (answered.status, answered.excerpt) == (None, "no connection")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # apprise imports what Python gives up
@pytest.mark.parametrize("url", ["nonsense://a", "https://"])
async def test_what_apprise_is_to_send_goes_to_apprise_whatever_its_scheme(sender: Sender, url: str) -> None:
    assert (await sender.send(ALERT, message(url, "NOTIFY"))).excerpt == UNKNOWN_URL


@pytest.mark.parametrize("told", [subscription(), ALERT])
async def test_what_an_answer_tells_back_is_redacted(sender: Sender, told: object) -> None:
    sender.use(LOOPBACK, Redactor(["s3cret-token"]))
    with http_server(answer(403, b"s3cret-token is not known")) as server:
        answered = await sender.send(told, message(server.url))  # type: ignore[arg-type]
    assert answered.excerpt == "[redacted] is not known"


# ── what it came to ──────────────────────────────────────────────────────────────────────────────────


def sent(status: int | None, *, alerted: bool) -> Sent:
    channel = Channel(alert(), FORMATS["plain"], Settings("https://a.example/")) if alerted else None
    answered = Answer(status=status, duration_ms=7, excerpt="well")
    return Sent(to=subscription(), channel=channel, began=NOON, ended=NOON + 7, answer=answered)


@pytest.mark.parametrize(
    ("status", "alerted", "outcome", "label"),
    [
        (200, True, Outcome.DELIVERED, "delivered"),
        (400, True, Outcome.REFUSED, "refused"),
        (400, False, Outcome.RETRY, "refused"),
        (410, True, Outcome.GONE, "gone"),
        (500, True, Outcome.RETRY, "refused"),
        (None, True, Outcome.RETRY, "failed"),
    ],
)
def test_what_a_message_came_to_depends_on_the_answer_and_the_format(
    status: int | None, alerted: bool, outcome: Outcome, label: str
) -> None:
    came = sent(status, alerted=alerted)
    assert (came.outcome, came.label) == (outcome, label)


def test_an_attempt_is_what_was_seen_of_a_message() -> None:
    expected = Attempt(delivery="dlv_a", at=NOON, status=503, duration_ms=7, excerpt="well")
    assert sent(503, alerted=True).attempt("dlv_a") == expected
