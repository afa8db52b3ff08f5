"""Alerts of the config, and the subscriptions that stand for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.webhooks.alerts import Alerts, Channel
from exporter.webhooks.debts import Debts
from exporter.webhooks.roster import Roster
from monitor.core.model import SECOND, Impact
from monitor.core.ports import StoreRefused
from monitor.core.subscribing import Subscription
from tests.builders import NOON
from tests.exporter.fakes import FakeClock
from tests.exporter.webhooks.formatting import FORMATS, Settings, alert
from tests.exporter.webhooks.nouns import CREATED, story, subscription
from tests.exporter.webhooks.outboxes import FakeRegistry

ELSEWHERE = "https://elsewhere.example/other-path"


class Office:
    """Alerts over a registry in memory, which may hold some subscriptions already."""

    def __init__(self, *known: Subscription) -> None:
        self.registry = FakeRegistry({each.id: each for each in known})
        self.roster = Roster(self.registry, known)
        self.clock = FakeClock()
        self.looked: list[str] = []
        self.debts = Debts(self.roster, (), wake=lambda owed: None, look=self.looked.append)
        self.channels: dict[str, Channel] = {}
        self.alerts = Alerts(self.channels, self.registry, self.roster, self.debts, self.clock, formats=FORMATS)

    def fails(self, name: str) -> None:
        known = self.registry.kept[f"alr_{name}"]
        self.registry.kept[known.id] = replace(known, failing_since=NOON)
        self.roster.put(self.registry.kept[known.id])


async def test_a_new_alert_is_a_subscription_without_a_place_or_a_secret() -> None:
    office = Office()
    wanted = alert("ops", events=("incident.*",), components=("api",), least_impact=Impact.MAJOR)
    await office.alerts.replace([wanted])
    assert office.registry.kept == {
        "alr_ops": Subscription(
            id="alr_ops",
            key="",
            endpoint="",
            secret="",
            alert="ops",
            events=("incident.*",),
            components=("api",),
            least_impact=Impact.MAJOR,
            created_at=NOON,
        )
    }
    assert office.alerts.subscriptions() == list(office.registry.kept.values())
    assert "secret-path" not in repr(office.registry.kept)


async def test_a_channel_holds_the_settings_of_its_format_and_shows_them_to_nobody() -> None:
    office = Office()
    await office.alerts.replace([alert("ops", "forgetful")])
    channel = office.alerts.channel("ops")
    assert channel is not None
    assert (channel.format, channel.settings) == (FORMATS["forgetful"], Settings(alert().settings["url"]))  # type: ignore[arg-type]
    assert "secret-path" not in repr(channel)


async def test_who_is_told_is_owed_from_then_on() -> None:
    office = Office()
    await office.alerts.replace([alert("a"), alert("b")])
    assert [owed.subscription for owed in office.debts.owed(story(CREATED))] == ["alr_a", "alr_b"]


async def test_an_alert_that_is_as_it_was_is_not_written_again() -> None:
    office = Office()
    await office.alerts.replace([alert()])
    office.fails("a")
    before, office.clock.at, office.registry.refuses = dict(office.registry.kept), NOON + SECOND, True
    await office.alerts.replace([alert()])
    assert office.registry.kept == before


async def test_what_an_alert_failed_with_before_the_restart_is_still_known() -> None:
    before = Office()
    await before.alerts.replace([alert()])
    before.fails("a")
    after = Office(*before.registry.kept.values())
    await after.alerts.replace([alert()])
    assert after.registry.kept["alr_a"].failing_since == NOON


@pytest.mark.parametrize(
    "changed",
    [
        alert(events=("incident.*",)),
        alert(components=("api",)),
        alert(least_impact=Impact.MAJOR),
        alert(url=ELSEWHERE),
        alert(format="forgetful"),
    ],
)
async def test_what_an_alert_failed_with_is_forgotten_when_it_is_another(changed: object) -> None:
    office = Office()
    await office.alerts.replace([alert()])
    office.fails("a")
    office.clock.at = NOON + SECOND
    await office.alerts.replace([changed])  # type: ignore[list-item]
    (kept,) = office.registry.kept.values()
    assert (kept.failing_since, kept.created_at) == (None, NOON)
    assert office.roster.get("alr_a") == kept


async def test_an_alert_that_the_config_names_no_more_is_gone_and_subscriptions_stay(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    office = Office(subscription("sub_a"))
    await office.alerts.replace([alert("a"), alert("b")])
    await office.alerts.replace([alert("b")])
    assert list(office.registry.kept) == ["sub_a", "alr_b"]
    assert [each.id for each in office.roster] == ["sub_a", "alr_b"]
    assert (office.looked, list(office.channels)) == (["alr_a"], ["b"])
    assert [record.getMessage() for record in caplog.records] == [
        "the config has no alert a any more: what is still owed to it is forgotten"
    ]


async def test_alerts_come_in_the_order_of_the_config() -> None:
    office = Office()
    await office.alerts.replace([alert("a"), alert("b")])
    await office.alerts.replace([alert("b"), alert("c"), alert("a")])
    assert [each.alert for each in office.alerts.subscriptions()] == ["b", "c", "a"]


async def test_what_the_store_refused_is_done_when_it_is_asked_for_again() -> None:
    office = Office()
    await office.alerts.replace([alert("old")])
    office.registry.refuses = True
    with pytest.raises(StoreRefused):
        await office.alerts.replace([alert("new")])
    assert (office.alerts.subscription("new"), list(office.registry.kept)) == (None, ["alr_old"])
    office.registry.refuses = False
    await office.alerts.replace([alert("new")])
    assert list(office.registry.kept) == ["alr_new"]


async def test_what_an_alert_failed_with_is_forgotten_though_the_store_refused_to_at_first() -> None:
    office = Office()
    await office.alerts.replace([alert()])
    office.fails("a")
    office.registry.refuses = True
    with pytest.raises(StoreRefused):
        await office.alerts.replace([alert(url=ELSEWHERE)])
    office.registry.refuses = False
    await office.alerts.replace([alert(url=ELSEWHERE)])
    assert office.registry.kept["alr_a"].failing_since is None


async def test_alerts_are_elsewhere_that_are_new_or_moved_until_that_is_settled() -> None:
    office = Office()
    await office.alerts.replace([alert("a"), alert("b")])
    for known in office.alerts.elsewhere():
        office.alerts.settled(known)
    await office.alerts.replace([alert("a"), alert("b", events=("incident.*",))])
    assert office.alerts.elsewhere() == []
    await office.alerts.replace([alert("a", url=ELSEWHERE), alert("b"), alert("c")])
    assert [known.alert for known in office.alerts.elsewhere()] == ["a", "c"]


async def test_while_the_store_refuses_a_new_alert_those_that_were_there_are_told_as_before() -> None:
    before = Office()
    await before.alerts.replace([alert("old")])
    after = Office(*before.registry.kept.values())
    after.registry.refuses = True
    with pytest.raises(StoreRefused):
        await after.alerts.replace([alert("new"), alert("old")])
    assert [each.alert for each in after.alerts.subscriptions()] == ["old"]
    assert after.alerts.channel("old") is not None
