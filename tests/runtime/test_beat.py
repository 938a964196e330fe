"""The heartbeat: one part that fails keeps no other from its turn, and none of it is silent."""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from runtime.beat import Beat
from runtime.clock import Steady
from runtime.schedule import Schedule


class Parts:
    """Stands for everything the beat calls; remembers what it was told."""

    def __init__(self, path: Path, broken: str = "") -> None:
        self.broken = broken
        self.called: Counter[str] = Counter()
        self.told: dict[tuple[str, str], bool] = {}
        self.runs: Counter[tuple[str, str]] = Counter()
        self.records = False
        self.failure = ""
        self.history_failure = ""
        self.people = SimpleNamespace(sweep=lambda _: None)
        self.store = SimpleNamespace(path=path, disk_floor=1, history_days=400)

    def _call(self, name: str) -> None:
        self.called[name] += 1
        if name == self.broken:
            raise OSError(errno.EIO, "broken")

    def reap(self) -> None:
        self._call("reap")

    def tick(self) -> None:
        self._call("tick")

    def close_slots(self, _second: int) -> None:
        self._call("close_slots")

    def heartbeat(self, _second: int, _slot: int) -> None:
        self._call("heartbeat")

    def own(self, condition: str, subject: str, *, bad: bool, value: float | None = None) -> None:
        del value
        self.told[condition, subject] = bad

    def ages(self) -> dict[str, float]:
        return {}

    def losses(self) -> dict[str, float]:
        return {}

    def beat(self) -> Beat:
        me = cast("Any", self)
        clock = Steady()
        return Beat(clock, Schedule([], clock.now_ms()), me, me, me, me, me, me.store)


def _seconds(parts: Parts, count: int) -> Beat:
    async def main() -> Beat:
        beat = parts.beat()
        first = beat.turned_ms // 1000 + 1
        for second in range(first, first + count):
            beat.pulse(second)
        while beat.busy:
            await asyncio.sleep(0)
        return beat

    return asyncio.run(main())


def test_each_second_every_part_has_its_turn(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    _seconds(parts, 5)
    assert (parts.called["reap"], parts.called["tick"], parts.called["close_slots"]) == (5, 5, 5)


def test_a_part_that_fails_keeps_no_other_from_its_turn_and_is_counted(tmp_path: Path) -> None:
    parts = Parts(tmp_path, broken="reap")
    beat = _seconds(parts, 3)
    assert (parts.called["tick"], parts.called["close_slots"]) == (3, 3)
    assert beat.stats()["failures"] == 3


def test_a_disk_that_has_room_is_well(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    _seconds(parts, 11)
    assert parts.told["disk", "disk"] is False


def test_a_disk_that_cannot_be_looked_at_is_an_alert_and_the_beat_goes_on(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "gone")
    beat = _seconds(parts, 11)
    assert parts.told["disk", "disk"] is True
    assert parts.called["tick"] == 11
    assert beat.stats()["failures"] == 0
