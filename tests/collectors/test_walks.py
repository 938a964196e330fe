"""Whole tables are read of a few devices at once, and not faster than the polls can bear."""

from __future__ import annotations

import asyncio

import pytest

from collectors._walks import Walks


def test_so_many_are_let_in_and_one_more_when_one_has_left() -> None:
    walks = Walks(most=2)
    assert [walks.enter(name) for name in "abc"] == [True, True, False]
    walks.leave("a")
    assert [walks.enter("c"), walks.enter("d")] == [True, False]


def test_who_had_no_turn_gives_none_back() -> None:
    walks = Walks(most=1)
    walks.enter("a")
    walks.leave("b")
    assert (walks.has("a"), walks.enter("c")) == (True, False)


def test_what_is_within_the_budget_waits_for_nothing() -> None:
    with pytest.raises(StopIteration):
        Walks(per_second=1e9).spend(1000).send(None)


def test_what_is_beyond_it_waits() -> None:
    async def spend() -> bool:
        spending = asyncio.ensure_future(Walks(per_second=1.0).spend(1000))
        await asyncio.sleep(0)
        waits = not spending.done()
        spending.cancel()
        return waits

    assert asyncio.run(spend())


def test_while_those_that_are_read_wait_for_each_other_nobody_is_let_in() -> None:
    seconds = [0.0]
    walks = Walks(per_second=100.0, now=lambda: seconds[0])

    async def read_more_than_may_be_read_at_once() -> None:
        spending = asyncio.ensure_future(walks.spend(51))
        await asyncio.sleep(0)
        spending.cancel()

    assert walks.enter("a")
    asyncio.run(read_more_than_may_be_read_at_once())
    let_in = walks.enter("b")
    seconds[0] = 0.1
    assert (let_in, walks.enter("b")) == (False, True)
