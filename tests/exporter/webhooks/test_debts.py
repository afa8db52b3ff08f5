"""What events make us owe, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.webhooks.debts import Debts
from exporter.webhooks.roster import Roster
from monitor.core.model import Event, Impact
from monitor.core.subscribing import Delivery, Subscription
from tests.builders import incident
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story, subscription
from tests.exporter.webhooks.outboxes import FakeRegistry


class Office:
    """Debts that write down whom they woke and whom they looked at."""

    def __init__(self, *subscriptions: Subscription, told: Sequence[tuple[str, str]] = ()) -> None:
        self.woken: list[Delivery] = []
        self.looked: list[str] = []
        roster = Roster(FakeRegistry(), subscriptions)
        self.debts = Debts(roster, told, wake=self.woken.extend, look=self.looked.append)

    def owed(self, *events: Event) -> list[tuple[str, str]]:
        return [(owed.subscription, owed.kind) for owed in self.debts.owed(events)]


def minor(event: Event) -> Event:
    """The same with an impact below what `picky` wants."""
    return Event(event.id, event.kind, event.at, incident("inc_a", impact=Impact.MINOR))


PICKY = subscription("sub_picky", least_impact=Impact.MAJOR)


def test_what_is_owed_comes_in_the_order_of_the_events() -> None:
    office = Office(subscription("sub_a"), subscription("sub_b"))
    assert office.owed(*story(CREATED, RESOLVED)) == [
        ("sub_a", CREATED),
        ("sub_b", CREATED),
        ("sub_a", RESOLVED),
        ("sub_b", RESOLVED),
    ]


def test_no_events_make_no_debts() -> None:
    assert Office(subscription()).owed() == []


def test_who_is_told_of_an_incident_hears_the_rest_of_it_in_the_same_batch() -> None:
    created, resolved = story(CREATED, RESOLVED)
    assert Office(PICKY).owed(created, minor(resolved)) == [("sub_picky", CREATED), ("sub_picky", RESOLVED)]


def test_a_refused_commit_leaves_no_trace() -> None:
    created, updated = story(CREATED, UPDATED)
    office = Office(PICKY)
    office.debts.owed([created])
    assert office.owed(minor(updated)) == []


def test_what_was_written_down_is_remembered() -> None:
    created, updated = story(CREATED, UPDATED)
    office = Office(PICKY)
    office.debts.owe(office.debts.owed([created]))
    assert office.owed(minor(updated)) == [("sub_picky", UPDATED)]


def test_who_was_told_before_the_start_is_remembered() -> None:
    (created,) = story(CREATED)
    assert Office(PICKY, told=[("sub_picky", "inc_a")]).owed(minor(created)) == [("sub_picky", CREATED)]


def test_what_was_written_down_wakes_the_dispatcher() -> None:
    office = Office(subscription())
    owed = office.debts.owed([status_change()])
    assert office.woken == []
    office.debts.owe(owed)
    assert office.woken == owed
    office.debts.owe([])
    assert office.debts.told == frozenset()


def test_a_subscription_is_owed_from_when_it_is_added_until_it_is_removed() -> None:
    office = Office()
    assert office.owed(status_change()) == []
    office.debts.add(subscription())
    assert len(office.owed(status_change())) == 1
    office.debts.remove("sub_a")
    assert office.owed(status_change()) == []


def test_the_dispatcher_looks_at_what_was_removed() -> None:
    office = Office(subscription("sub_a"), subscription("sub_b"))
    office.debts.remove("sub_b")
    assert office.looked == ["sub_b"]


def test_a_removed_subscription_was_told_nothing() -> None:
    office = Office(told=[("sub_a", "inc_a"), ("sub_b", "inc_a")])
    office.debts.remove("sub_a")
    assert office.debts.told == {("sub_b", "inc_a")}
