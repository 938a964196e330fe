"""The poller shares the loop: long work is done in slices, and done once for all who ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer import SLICE, encode_rows
from api.board import make_board
from api.desk import Caller, Desk
from api.listing import WALK, find, make_listing
from api.mailbox import Mailbox
from api.memo import Memo
from api.ports import Event, Person
from api.routes_alerts import alerts
from api.settings import ApiSettings
from runtime.events import Hub
from tests.api.province import Crowd, Province, make_inventory, ports

T = TypeVar("T")


def turns(work: Coroutine[Any, Any, T]) -> tuple[T, int]:
    """Do `work`; return its result and how often the loop turned for others meanwhile."""
    count = 0

    async def others() -> None:
        nonlocal count
        while True:
            await asyncio.sleep(0)
            count += 1

    async def both() -> T:
        ticking = asyncio.create_task(others())
        await asyncio.sleep(0)
        try:
            return await work
        finally:
            ticking.cancel()

    return asyncio.run(both()), count


def test_a_large_province_is_listed_counted_and_searched_in_slices() -> None:
    province = Province(make_inventory(6, 8, 8, 8))
    inventory = province.register
    objects = len(inventory.sites) + len(inventory.links)
    listing, count = turns(make_listing(inventory, Person("x", ("viewer",))))
    assert count >= objects // WALK
    board, count = turns(make_board(listing, province.states_now))
    assert count >= objects // WALK
    assert board.links == {"up": len(inventory.links)}
    (found, more), count = turns(find(listing.link_targets, None, 5, lambda _: []))
    assert (found, more) == ([], False)
    assert count >= len(inventory.links) // WALK


def test_many_alerts_are_described_in_slices() -> None:
    province = Province(make_inventory(6, 8, 8, 8))
    for link in list(province.register.links)[:1000]:
        province.alert(f"link:{link}")
    desk = Desk(ports(province, Crowd()), ApiSettings())
    caller = Caller(Person("x", ("viewer",)), None, "en")
    answer, count = turns(alerts(desk, caller, limit=1000))
    assert len(json.loads(bytes(answer.body))["items"]) == 1000
    assert count >= 9


@given(st.lists(st.integers(), max_size=3 * SLICE))
def test_rows_encoded_in_slices_are_the_same_json(rows: list[int]) -> None:
    assert json.loads(asyncio.run(encode_rows(rows))) == rows


def test_many_rows_are_encoded_in_slices() -> None:
    rows = list(range(10 * SLICE))
    encoded, count = turns(encode_rows(rows))
    assert json.loads(encoded) == rows
    assert count >= 8


def test_an_answer_is_made_once_for_all_who_ask_meanwhile() -> None:
    made = 0

    async def make() -> int:
        nonlocal made
        made += 1
        await asyncio.sleep(0)
        return made

    async def ask() -> list[int]:
        memo: Memo[int] = Memo(10, 5)
        together = await asyncio.gather(*(memo.get("k", 100, make) for _ in range(20)))
        return [*together, await memo.get("k", 104, make), await memo.get("k", 105, make)]

    assert asyncio.run(ask()) == [1] * 21 + [2]


def test_a_failure_is_told_to_all_who_asked_and_not_kept() -> None:
    tries = 0

    async def make() -> int:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)
        if tries == 1:
            raise ValueError
        return tries

    async def ask() -> tuple[list[int | BaseException], int]:
        memo: Memo[int] = Memo(10, 5)
        first = await asyncio.gather(
            *(memo.get("k", 0, make) for _ in range(3)), return_exceptions=True
        )
        return first, await memo.get("k", 0, make)

    failed, then = asyncio.run(ask())
    assert [type(one) for one in failed] == [ValueError] * 3
    assert then == 2


def test_one_who_goes_away_does_not_stop_the_making_for_the_others() -> None:
    async def make() -> str:
        await asyncio.sleep(0.02)
        return "made"

    async def ask() -> str:
        memo: Memo[str] = Memo(10, 5)
        leaver = asyncio.create_task(memo.get("k", 0, make))
        stayer = asyncio.create_task(memo.get("k", 0, make))
        await asyncio.sleep(0)
        leaver.cancel()
        return await stayer

    assert asyncio.run(ask()) == "made"


def test_a_memo_is_bounded_and_drops_what_is_old() -> None:
    async def make() -> int:
        return 1

    async def ask() -> int:
        memo: Memo[int] = Memo(3, 10)
        for key in range(10):
            await memo.get(key, 0, make)
        bounded = len(memo)
        await memo.get("late", 50, make)
        assert len(memo) == 1
        return bounded

    assert asyncio.run(ask()) == 3


@given(st.lists(st.tuples(st.integers(0, 9), st.integers()), max_size=60))
def test_a_mailbox_keeps_the_latest_word_about_each_thing(puts: list[tuple[int, int]]) -> None:
    box, latest = Mailbox(20), dict[str, Event]()
    for key, word in puts:
        event = Event("state", {"word": word})
        box.put(str(key), event)
        latest.pop(str(key), None)
        latest[str(key)] = event
    assert box.take() == list(latest.values())


def test_a_full_mailbox_says_start_over_and_goes_on() -> None:
    box = Mailbox(3)
    event = Event("state", {})
    overflows = [box.put(str(key), event) for key in range(5)]
    assert overflows == [False, False, False, True, False]
    assert box.take() == [Event("resync", {}), event]


def test_a_long_queue_of_events_is_handed_over_in_slices() -> None:
    async def hear() -> int:
        hub, heard = Hub(), 0
        stream = hub.subscribe()
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        for _ in range(1_001):
            hub.publish(Event("state", {}))
        await first
        hub.close()
        async for _ in stream:
            heard += 1
        return heard

    heard, count = turns(hear())
    assert heard == 1_000
    assert count >= 10


@pytest.mark.parametrize("closed", [True, False])
def test_waiting_ends_when_the_mailbox_closes_or_the_time_is_over(closed: bool) -> None:  # noqa: FBT001 - a table
    async def wait() -> bool:
        box = Mailbox()
        if closed:
            asyncio.get_running_loop().call_soon(box.close)
        return await box.wait(60 if closed else 0.01)

    assert asyncio.run(wait()) is False
