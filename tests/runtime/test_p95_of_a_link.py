"""The worker counts a link's 95th percentile from the history on the disk."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from api.ports import UnknownPeriodError
from inventory.model import Interval, Inventory
from runtime import worker
from runtime.past import PastDoor
from store.history import Cell, ClosedSlot
from store.hours import HourFiles
from store.ledger import open_ledger
from tests.runtime.test_planning import example

MONTH = int(datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
HOUR = 3600
NOW = MONTH + 2 * HOUR + 180


def one_link(start: int = 0) -> tuple[Inventory, str]:
    """An inventory with one link, in service since a second."""
    inventory = replace(example(), credentials={}, planned_work={})
    name, link = next(iter(inventory.links.items()))
    return replace(inventory, links={name: replace(link, in_service=(Interval(start),))}), name


def lived(folder: Path, link: str) -> None:
    """Two hours: 80 kbit/s in, of which the 20th slot has ten times as much, and 8 out."""
    files = HourFiles(folder / "history")
    for minute in range(120):
        cell = Cell()
        cell.in_octets, cell.in_ms = 600_000 * (10 if minute // 5 == 19 else 1), 60_000
        cell.out_octets, cell.out_ms = 60_000, 60_000
        files.write([ClosedSlot(MONTH + 60 * minute, 60, {link: cell})])
    files.close()


def worked_out(folder: Path, inventory: Inventory, link: str, now: int) -> dict[str, Any]:
    worker._here = worker._Here(folder, inventory)
    with closing(open_ledger(folder, MONTH)):
        answer = worker.link_p95(link, "2026-11", now, "max_of_p95", "drop", None)
    found: dict[str, Any] = msgspec.json.decode(answer)
    return found


def test_a_month_that_runs_has_the_slots_that_are_written(tmp_path: Path) -> None:
    inventory, link = one_link()
    lived(tmp_path, link)
    figure = worked_out(tmp_path, inventory, link, NOW)

    assert (figure["link"], figure["provisional"]) == (link, True)
    assert (figure["slots_expected"], figure["in"]["runs"]) == (24, [["present", 24]])
    assert [figure[way]["bps"] for way in ("in", "out", "billed")] == [80_000, 8_000, 80_000]


def test_what_was_not_heard_is_missing(tmp_path: Path) -> None:
    inventory, link = one_link()
    lived(tmp_path, link)
    figure = worked_out(tmp_path, inventory, link, NOW + HOUR)

    assert figure["in"]["runs"] == [["present", 24], ["missing", 12]]


def test_a_line_that_was_not_in_service_has_no_slots(tmp_path: Path) -> None:
    inventory, link = one_link(MONTH + HOUR)
    lived(tmp_path, link)
    assert worked_out(tmp_path, inventory, link, NOW)["slots_expected"] == 12


def test_a_month_whose_first_slot_is_not_over_has_no_figure(tmp_path: Path) -> None:
    inventory, link = one_link()
    figure = worked_out(tmp_path, inventory, link, MONTH + 60)
    assert (figure["slots_expected"], figure["billed"]["bps"]) == (0, None)


def test_a_month_that_has_not_begun_is_refused(tmp_path: Path) -> None:
    inventory, link = one_link()
    with pytest.raises(UnknownPeriodError):
        worked_out(tmp_path, inventory, link, MONTH - 1)


def test_it_is_asked_in_the_worker_process(tmp_path: Path) -> None:
    inventory, link = one_link()
    lived(tmp_path, link)

    async def main() -> bytes:
        door = PastDoor(tmp_path, lambda: inventory, lambda: NOW)
        await door.start()
        try:
            return await door.link_p95(
                link, "2026-11", mode="p95_of_max", missing="zero", cap=50_000
            )
        finally:
            await door.stop()

    with closing(open_ledger(tmp_path, MONTH)):
        figure = msgspec.json.decode(asyncio.run(main()))
    assert figure["billed"]["slots"] == {"present": 0, "capped": 24, "missing": 0}
