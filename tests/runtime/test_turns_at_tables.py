"""Runs that read tables whole take turns over all devices: none is lost, few are under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import ModuleType
from typing import Any, cast

import pytest

from collectors import _recipe
from collectors._contract import Answer, Wires
from collectors._memory import BREAKER_AFTER, DeviceMemory
from collectors._walks import Walks
from inventory.model import device_target
from metrics.observation import Observation, Outcome, Probe
from runtime.runner import Runner
from runtime.schedule import Schedule

START = 1_764_000_000_000
EVERY = 300
TICK = 0.25


@dataclass
class Play:
    """A runner on a clock that the test turns; a run of tables takes `takes` of its seconds."""

    most: int
    takes: float
    area: int = 1_000
    seconds: float = 0.0
    under_way: int = 0
    highest: int = 0
    heard: list[Observation] = field(default_factory=list)
    walked: set[str] = field(default_factory=set)
    always: bool = True
    """Tables are read each time, not only the first time."""

    def __post_init__(self) -> None:
        self._ends: list[tuple[float, asyncio.Event]] = []
        walks = Walks(self.most, now=lambda: self.seconds)
        module = ModuleType("tables")
        module.__dict__.update({"ask": self._ask, "whole": self._whole, "ASIDE": True})
        self.runner = Runner(
            {"tables": module},
            Wires(cast("Any", None), cast("Any", None), cast("Any", None), walks),
            self.heard.append,
            in_flight_per_area=self.area,
            now=lambda: self.seconds,
        )

    def _whole(self, probe: Probe, _memory: DeviceMemory) -> bool:
        return self.always or probe.id not in self.walked

    async def _ask(self, probe: Probe, _wires: Wires, _memory: DeviceMemory) -> Answer:
        if self._whole(probe, _memory):
            self.under_way += 1
            self.highest = max(self.highest, self.under_way)
            over = asyncio.Event()
            self._ends.append((self.seconds + self.takes, over))
            await over.wait()
            self.under_way -= 1
            self.walked.add(probe.id)
        return Answer(Outcome.ANSWERED, "", ())

    @property
    def now_ms(self) -> int:
        """The instant that the test has come to."""
        return START + round(self.seconds * 1000)

    async def tick(self) -> None:
        """Turn the clock on and let happen what is due."""
        self.seconds += TICK
        while self._ends and self._ends[0][0] <= self.seconds:
            self._ends.pop(0)[1].set()
        for _ in range(4):
            await asyncio.sleep(0)
        self.runner.reap()
        await asyncio.sleep(0)

    async def turn(self, probes: Sequence[Probe], seconds: float) -> None:
        """Start what comes due in so many seconds, as the beat does."""
        schedule, end = Schedule(probes, self.now_ms), self.seconds + seconds
        while self.seconds < end:
            for probe, slot_ms in schedule.due(self.now_ms):
                self.runner.start(probe, slot_ms, self.now_ms)
            await self.tick()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Turn the clock until something is so; five minutes at most."""
        end = self.seconds + EVERY
        while not condition():
            assert self.seconds < end, "it never came"
            await self.tick()


def probe(device: str, area: str = "xg", name: str = "tables") -> Probe:
    return Probe(
        id=f"{device}/{name}", kind="tables", target=device_target(device), device=device,
        area=area, every_ms=EVERY * 1000, deadline=120.0, series=(), raw=0, rates=(), question=None,
    )  # fmt: skip


def fleet(devices: int) -> list[Probe]:
    return [probe(f"r{number}") for number in range(devices)]


def skipped(play: Play) -> list[str]:
    return [one.reason for one in play.heard if one.outcome is Outcome.SKIPPED]


@pytest.fixture(scope="module")
def busy() -> Play:
    """240 devices whose tables take 8 s each time: 6.4 at once in the mean, and 8 may be."""

    async def run() -> Play:
        play = Play(most=8, takes=8.0)
        await play.turn(fleet(240), 2 * EVERY)
        return play

    return asyncio.run(run())


def test_none_is_skipped_where_all_can_be_read_in_an_interval(busy: Play) -> None:
    assert skipped(busy) == []


def test_never_more_are_read_than_may_be_at_once(busy: Play) -> None:
    assert busy.highest == 8


def test_after_a_start_tables_may_take_nearly_two_intervals_and_none_is_skipped() -> None:
    """What is learnt is asked cheaply in the second interval, which is left for the others."""

    async def run() -> Play:
        play = Play(most=8, takes=18.0, always=False)  # all of them in 540 s
        await play.turn(fleet(240), 2 * EVERY)
        return play

    play = asyncio.run(run())
    assert (skipped(play), len(play.walked)) == ([], 240)


def test_who_waits_longer_than_an_interval_keeps_its_place_and_each_run_is_told() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=1.0)
        gate, early, late = probe("gate"), probe("early"), probe("late")
        for one in (gate, early, late):
            play.runner.start(one, START, START)
        play.runner.start(early, START + 1, START + 1)
        await play.until(lambda: len(play.heard) == 4)
        return play

    heard = [(one.probe.device, one.reason) for one in asyncio.run(run()).heard]
    assert heard == [("early", "walks_full"), ("gate", ""), ("early", ""), ("late", "")]


def test_what_waited_has_the_instant_at_which_it_was_read() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=8.0)
        for name in ("a", "b"):
            play.runner.start(probe(name), START, START)
        await play.until(lambda: len(play.heard) == 2)
        return play

    first, second = asyncio.run(run()).heard
    assert first.slot_ms == START
    assert second.slot_ms == pytest.approx(START + 8_000, abs=600)


def test_who_waits_holds_no_place_of_its_area() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=1.0, area=2)
        for number in range(5):
            play.runner.start(probe(f"r{number}"), START, START)
        await play.until(lambda: len(play.heard) == 5)
        return play

    assert skipped(asyncio.run(run())) == []


def test_a_full_area_keeps_no_other_from_its_turn() -> None:
    async def run() -> Play:
        play = Play(most=8, takes=1.0, area=1)
        for number in range(20):
            play.runner.start(probe(f"r{number}", area="dark"), START, START)
        play.runner.start(probe("s", area="other"), START, START)
        await play.until(lambda: len(play.heard) == 21)
        return play

    play = asyncio.run(run())
    assert [one.probe.device for one in play.heard if one.outcome is Outcome.ANSWERED] == [
        "r0",
        "s",
    ]
    assert set(skipped(play)) == {"area_full"}


def test_a_device_is_read_by_one_run_at_a_time() -> None:
    async def run() -> Play:
        play = Play(most=8, takes=1.0)
        for name in ("health", "optics"):
            play.runner.start(probe("r", name=name), START, START)
        await play.until(lambda: len(play.heard) == 2)
        return play

    play = asyncio.run(run())
    assert (play.highest, skipped(play)) == (1, [])


def test_a_device_that_is_busy_keeps_no_other_from_its_turn() -> None:
    async def run() -> int:
        play = Play(most=8, takes=1.0)
        for one in (probe("r"), probe("r", name="optics"), probe("s")):
            play.runner.start(one, START, START)
        await play.tick()
        at_once = play.under_way
        await play.until(lambda: len(play.heard) == 3)
        return at_once

    assert asyncio.run(run()) == 2


def test_whose_device_is_busy_keeps_its_place() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=1.0)
        for one in (probe("r"), probe("r", name="optics"), probe("s")):
            play.runner.start(one, START, START)
        await play.until(lambda: len(play.heard) == 3)
        return play

    heard = [one.probe.id for one in asyncio.run(run()).heard]
    assert heard == ["r/tables", "r/optics", "s/tables"]


def test_one_that_needs_its_tables_no_more_gives_up_its_turn() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=1.0, always=False)
        gate, other = probe("gate"), probe("other")
        for one in (gate, other):
            play.runner.start(one, START, START)
        play.walked.add(other.id)
        play.runner.start(other, START + 1, START + 1)
        await play.turn((), 5.0)
        return play

    heard = [(one.probe.device, one.reason) for one in asyncio.run(run()).heard]
    assert heard == [("other", "walks_full"), ("other", ""), ("gate", "")]


def test_one_that_is_no_longer_asked_loses_its_turn() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=1.0)
        read, gone, stays = probe("read"), probe("gone"), probe("stays")
        for one in (read, gone, stays):
            play.runner.start(one, START, START)
        play.runner.forget([gone])
        await play.until(lambda: not play.runner.waiting and not play.runner.in_flight)
        return play

    assert [one.probe.device for one in asyncio.run(run()).heard] == ["read", "stays"]


def test_how_many_wait_is_told() -> None:
    async def run() -> tuple[int, int]:
        play = Play(most=1, takes=1.0)
        for name in ("a", "b", "c"):
            play.runner.start(probe(name), START, START)
        waiting = play.runner.waiting
        await play.until(lambda: len(play.heard) == 3)
        return waiting, play.runner.waiting

    assert asyncio.run(run()) == (2, 0)


def test_a_stop_begins_nothing_that_waited_and_says_so() -> None:
    async def run() -> Play:
        play = Play(most=1, takes=1.0)
        for name in ("a", "b"):
            play.runner.start(probe(name), START, START)
        await play.tick()
        await play.runner.stop()
        return play

    play = asyncio.run(run())
    assert (skipped(play), play.highest) == (["stopped"] * 2, 1)


def learnt(name: str, seconds_ago: float) -> DeviceMemory:
    memory = DeviceMemory()
    memory.questions[name] = ((), ())
    memory.walked_at[name] = monotonic() - seconds_ago
    return memory


def test_what_was_learnt_holds_for_hours_that_differ_from_device_to_device() -> None:
    probes = fleet(200)

    def due(hours: float) -> int:
        return sum(_recipe.whole(one, learnt(one.id, hours * 3600)) for one in probes)

    assert (due(2.9), due(6.1)) == (0, 200)
    assert 70 < due(4.5) < 130


def test_a_box_that_fell_silent_takes_no_turn_for_its_first_question() -> None:
    memory = DeviceMemory()
    assert _recipe.whole(probe("r"), memory)
    memory.silent_runs = BREAKER_AFTER
    assert not _recipe.whole(probe("r"), memory)
