"""The worker assesses a site from the ledger: its legs, or its own state where nothing leads."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inventory.model import TargetId
from runtime import worker
from sla.periods import parse
from sla.states import State, Transition
from store.entries import Heartbeat
from store.ledger import open_ledger
from tests.sla.network import make_inventory

MARCH = parse("2026-03", 1_800_000_000)
LATER = MARCH.end + 40 * 86_400
DAY = 86_400


def _assessed(
    folder: Path, site: str, changes: Mapping[str, list[tuple[State, int]]]
) -> dict[str, Any]:
    with closing(open_ledger(folder, LATER)) as ledger:
        ledger.append([Heartbeat(at, DAY) for at in range(MARCH.start - DAY, LATER, DAY)])
        ledger.append(
            [
                Transition(TargetId(target), state, at, at + 20, "test")
                for target, steps in changes.items()
                for state, at in steps
            ]
        )
    worker._here = worker._Here(folder, make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"]}))
    document: dict[str, Any] = msgspec.json.decode(worker.site(site, "2026-03", LATER))
    return document


def _down(start: int, end: int) -> list[tuple[State, int]]:
    up = (State.UP, MARCH.start - DAY)
    return [up, (State.DOWN, MARCH.start + start), (State.UP, MARCH.start + end)]


def test_a_site_was_down_while_both_its_legs_were(tmp_path: Path) -> None:
    document = _assessed(
        tmp_path, "k", {"link:c-k": _down(1000, 3000), "link:d-k": _down(2000, 4000)}
    )
    assert document["links"] == ["c-k", "d-k"]
    assert document["seconds"]["DOWN"] == 1000
    assert [(row["start"], row["end"]) for row in document["outages"]] == [
        (MARCH.start + 2000, MARCH.start + 3000)
    ]


@pytest.mark.parametrize(("end", "seconds"), [(2600, 1600), (MARCH.seconds + 300, 2_677_400)])
def test_a_site_that_nothing_leads_to_is_assessed_by_its_own_state(
    tmp_path: Path, end: int, seconds: int
) -> None:
    document = _assessed(tmp_path, "p", {"site:p": _down(1000, end)})
    assert document["links"] == []
    assert document["seconds"]["DOWN"] == seconds
