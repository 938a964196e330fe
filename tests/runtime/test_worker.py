"""The worker reads over the edges of a window what belongs to it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from inventory.model import Interval, Inventory, link_target
from runtime import worker
from sla.states import State, Transition
from store.entries import Heartbeat
from store.ledger import open_ledger
from tests.runtime.test_planning import example

DECEMBER = int(datetime(2026, 12, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
NOVEMBER = int(datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
LATER = DECEMBER + 40 * 86_400


def _link(inventory: Inventory) -> str:
    """A link of the backbone profile, where 60 s of DOWN make an outage."""
    return next(one.id for one in inventory.links.values() if one.profile.name == "backbone")


def _assessed(folder: Path, *changes: tuple[State, int]) -> dict[str, Any]:
    """Assess November, long after it, of a link that changed so."""
    inventory = example()
    name = _link(inventory)
    always = replace(inventory.links[name], in_service=(Interval(0, None),))
    inventory = replace(inventory, links={name: always}, planned_work={}, credentials={})
    target = link_target(name)
    with closing(open_ledger(folder, LATER)) as ledger:
        lived = [Heartbeat(at, 86_400) for at in range(NOVEMBER - 86_400, LATER, 86_400)]
        ledger.append(
            [*lived, *(Transition(target, state, at, at + 20, "test") for state, at in changes)]
        )
    worker._here = worker._Here(folder, inventory)
    document: dict[str, Any] = msgspec.json.decode(worker.link(name, "2026-11", LATER, None))
    return document


def test_an_outage_over_the_end_of_a_month_ends_when_it_ended(tmp_path: Path) -> None:
    document = _assessed(
        tmp_path,
        (State.UP, NOVEMBER - 3600),
        (State.DOWN, DECEMBER - 300),
        (State.UP, DECEMBER + 60),
    )

    assert document["seconds"]["DOWN"] == 300
    assert [row["attributable_seconds"] for row in document["outages"]] == [360]


def test_a_flash_over_the_end_of_a_month_is_no_outage_of_it(tmp_path: Path) -> None:
    document = _assessed(
        tmp_path,
        (State.UP, NOVEMBER - 3600),
        (State.DOWN, DECEMBER - 20),
        (State.UP, DECEMBER + 30),
    )

    assert document["seconds"]["DOWN"] == 0


def test_an_outage_that_began_before_the_month_is_seen_in_full_length(tmp_path: Path) -> None:
    document = _assessed(
        tmp_path,
        (State.UP, NOVEMBER - 7200),
        (State.DOWN, NOVEMBER - 3600),
        (State.UP, NOVEMBER + 600),
    )

    assert document["seconds"]["DOWN"] == 600
    assert [row["attributable_seconds"] for row in document["outages"]] == [4200]
