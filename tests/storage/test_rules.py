from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.core.model import HOUR
from monitor.core.recurring import Rule
from storage.store import Store

WEEKLY = Rule(
    title="Compaction",
    components=("batch",),
    cron="0 3 * * sun",
    duration=HOUR,
    timezone="Europe/Berlin",
    stops=True,
    notice=2 * HOUR,
    by="ada",
)
DAILY = replace(WEEKLY, cron="0 3 * * *", by="bob")


async def test_without_rules_there_are_none(store: Store) -> None:
    assert await store.registry.rules() == []


async def test_rules_come_back_after_a_restart_in_the_order_in_which_they_were_planned(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    for rule in (WEEKLY, DAILY):
        await store.registry.put_rule(rule)
    await store.close()
    store = await Store.open(tmp_path)
    assert await store.registry.rules() == [WEEKLY, DAILY]
    await store.close()


async def test_a_rule_that_is_planned_again_stays_where_it_stands(store: Store) -> None:
    again = replace(WEEKLY, notice=HOUR)
    for rule in (WEEKLY, DAILY, again):
        await store.registry.put_rule(rule)
    assert await store.registry.rules() == [again, DAILY]


async def test_a_rule_that_was_dropped_is_forgotten(store: Store) -> None:
    for rule in (WEEKLY, DAILY):
        await store.registry.put_rule(rule)
    await store.registry.drop_rule(WEEKLY.id)
    await store.registry.drop_rule("rule_none")
    assert await store.registry.rules() == [DAILY]


async def test_a_rule_that_comes_again_comes_last(store: Store) -> None:
    for rule in (WEEKLY, DAILY):
        await store.registry.put_rule(rule)
    await store.registry.drop_rule(WEEKLY.id)
    await store.registry.put_rule(WEEKLY)
    assert await store.registry.rules() == [DAILY, WEEKLY]
